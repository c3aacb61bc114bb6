import SymbolonProxy
import SymbolonStorage

extension Complaint {
    /// Why an end does not start.
    init(starting name: String, _ failure: EndFailure) {
        self.init(what: "\(name) does not start", why: failure.explanation)
        guard case .cannotListen(.host(_, let port), because: _) = failure else { return }
        mend =
            (1..<1024).contains(port)
            ? "choose a port from 1024 with --listen, or let it bind this one: setcap cap_net_bind_service=+ep symbolon"
            : "choose another address with --listen, or see what has it: ss -ltnp 'sport = :\(port)'"
    }

    init(_ source: IdentitySource, _ failure: IdentityFailure) {
        self.init(what: "\(Self.subject(source)) cannot be used", why: failure.explanation, exit: .undecided)
        switch failure {
        case .file(.tooWide), .file(.foreignOwner), .key(.file(.tooWide)), .key(.file(.foreignOwner)):
            exit = .unsafeHome
        case .key(.passphraseNeeded):
            mend = "name its source: --passphrase-file, --passphrase-fd or --passphrase-credential"
        default: break
        }
    }

    init(_ source: IdentitySource, _ fault: UnfitIdentity) {
        self.init(
            what: "\(Self.subject(source)) cannot be used here", why: fault.explanation, mend: fault.mend,
            exit: .undecided)
    }

    /// An end that could not tell a revoked peer from another, and that nobody has said may do without.
    init(revocationUnknownFor source: IdentitySource) {
        self.init(
            what: "\(Self.subject(source)) cannot be used here: nothing would know whether its peers are revoked",
            why:
                "no authority in this home accounts for the anchors that came with it, and no revocation list is given",
            mend: "use the home of that authority; or give a list: --revocation-list FILE or ADDRESS; or say why it is"
                + " enough that a revoked peer is let in until its certificate ends: --revocation best-effort:REASON",
            exit: .undecided)
    }

    private static func subject(_ source: IdentitySource) -> String {
        switch source {
        case .home(_, let name): "identity \(name)"
        case .files(_, let certificate, _, _): "the identity in \(certificate)"
        }
    }
}
