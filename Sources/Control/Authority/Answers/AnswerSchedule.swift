public import Foundation
import SymbolonCertificates

/// How long answers hold, when they are signed anew, and when somebody must look.
public struct AnswerSchedule: Equatable, Sendable {
    /// From thisUpdate to nextUpdate of a signed answer. It is signed anew for who asks in its second half.
    public let life: Duration
    /// For how long the store may not have been heard of before nothing new is signed: what is signed says that it is so now.
    public let patience: Duration
    /// How many answers are kept.
    public let mostKept: Int

    /// Eight hours: a stapled answer outlives four hours without its responder, and one that was good a moment before a
    /// revocation can be shown to somebody without a nonce for no longer than that. 131,072 answers are 70 MB.
    public init(
        life: Duration = .seconds(8 * 3600), patience: Duration = .seconds(10), mostKept: Int = 131_072
    ) {
        self.life = life
        self.patience = patience
        self.mostKept = mostKept
    }

    /// The responder's certificate is replaced when a third of its life is left, unless it ends with its issuer.
    func isRenewalDue(_ certificate: Certificate, from issuer: Certificate, at now: Date) -> Bool {
        now < certificate.notBefore
            || (now >= certificate.notAfter - certificate.life / 3 && certificate.notAfter + 1 < issuer.notAfter)
    }

    /// One that ends then should have been replaced long ago, and half of what was to spare is used up: somebody must look.
    public func isLate(certificateEnding notAfter: Date, at now: Date) -> Bool {
        now >= notAfter - CertificateProfile.responder.defaultLife.wholeSeconds / 6
    }

    /// After a certificate that was refused, until it is asked for again: each refusal is in the record.
    func pause(with certificate: Certificate?) -> TimeInterval { certificate == nil ? 5 : 60 }
}

extension Certificate {
    fileprivate var life: TimeInterval { notAfter.timeIntervalSince(notBefore) }
}
