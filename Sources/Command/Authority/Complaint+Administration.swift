import SymbolonAdministration

extension Complaint {
    /// The same words, whether the authority is here or elsewhere.
    init(_ failure: AdministrationFailure) {
        let exit: ExitStatus
        switch failure.kind {
        case .refused, .forbidden, .unauthenticated, .conflict, .unavailable, .tooMany, .tooLarge, .notOffered:
            exit = .failure
        case .malformed, .notFound, .unreachable, .untrusted, .notUnderstood: exit = .undecided
        }
        let later = failure.retryAfter.map { "try again in \(Moment.span(Double($0)))" }
        self.init(
            what: failure.what.printable, why: failure.why?.printable, mend: failure.mend?.printable ?? later,
            exit: exit)
    }
}
