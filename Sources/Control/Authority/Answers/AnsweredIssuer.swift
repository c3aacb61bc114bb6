import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// An issuing authority whose certificates a responder answers for, by a delegate of its own: RFC 6960 §4.2.2.2 has each issuer's
/// delegate "issued directly by the CA that is identified in the request".
struct AnsweredIssuer {
    /// Never the same for two.
    let number: Int
    let issuer: SigningIssuer
    let digests: IssuerDigests
    var signer: AnswerSigner?
    /// Every change up to this value of the counter is accounted for in what is kept.
    var changeCounter: UInt64 = 0
    /// When that was last found to be all.
    var followedAt: Date?
    /// Why there is no new certificate, and when it is asked for again.
    var refused: (ResponderFailure, until: Date)?

    /// Nil: the issuing certificate's key cannot be read.
    init?(_ issuer: SigningIssuer, number: Int) {
        guard let digests = IssuerDigests(issuer.certificate) else { return nil }
        self.number = number
        self.issuer = issuer
        self.digests = digests
    }

    var key: KeyFingerprint { issuer.key }
    var certificate: Certificate { issuer.certificate }
}
