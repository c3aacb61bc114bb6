/// Why a peer is not believed: one check, one certificate, one clause; and what else was tried.
///
/// The sentences are made when they are asked for; making a refusal builds no text but the subject's.
public struct Refusal: Error, Sendable {
    public let failure: VerificationFailure
    public let place: PathPlace
    /// The subject of the certificate that failed, as RFC 4514 text; empty when the place is the path.
    public let subject: String
    /// The path on which it arose, as far as it was built; nil where none was begun.
    public internal(set) var path: TriedPath?
    /// What stopped the other paths, each its own refusal; this one is the most telling.
    public internal(set) var others: [Refusal]

    init(_ failure: VerificationFailure, _ place: PathPlace, subject: String = "", others: [Refusal] = []) {
        self.failure = failure
        self.place = place
        self.subject = subject
        self.others = others
    }

    init(_ failure: VerificationFailure, _ place: PathPlace, _ certificate: PathCertificate) {
        self.init(failure, place, subject: certificate.displaySubject)
    }
}

extension Refusal: Equatable {
    /// The same certificate failed the same check. On which path does not matter: a search may meet it on many.
    public static func == (one: Refusal, other: Refusal) -> Bool {
        one.failure == other.failure && one.place == other.place && one.subject == other.subject
            && one.others == other.others
    }
}
