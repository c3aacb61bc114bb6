/// Why a peer is not believed: one check, one certificate, one clause; and what else was tried.
///
/// The sentences are made when they are asked for; making a refusal builds no text but the subject's.
public struct Refusal: Error, Equatable, Sendable {
    public let failure: VerificationFailure
    public let place: PathPlace
    /// The subject of the certificate that failed, as RFC 4514 text; empty when the place is the path.
    public let subject: String
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
