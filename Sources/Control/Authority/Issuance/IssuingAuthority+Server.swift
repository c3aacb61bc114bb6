import Foundation
import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames

extension IssuingAuthority {
    /// Certifies the key of the authority's own server, by the profile of services and the name that is kept for it:
    /// `spiffe://DOMAIN/authority/server`.
    /// - Parameter names: what it is reached by, inside what may be certified.
    public func issueForServer(
        _ publicKey: PublicKey, names: [SubjectName], life: Duration? = nil, actor: String
    ) async throws(IssuanceFailure) -> IssuedCertificate {
        try await issue(IssuanceRequest(forServerWith: publicKey, names: names, life: life, actor: actor))
    }

    /// Certifies the key of a responder of the authority's own: `spiffe://DOMAIN/authority/responder`, for as long as the
    /// profile says and the issuing certificate still holds.
    /// - Parameter issuer: for whose certificates it is to answer; it may be one that another took the place of.
    func issueForResponder(
        _ publicKey: PublicKey, below issuer: SigningIssuer, actor: String
    ) async throws(IssuanceFailure) -> IssuedCertificate {
        let left = Duration.seconds(Int64(issuer.certificate.notAfter.timeIntervalSince(clock())))
        let life = min(CertificateProfile.responder.defaultLife, left)
        return try await issue(
            IssuanceRequest(forResponderWith: publicKey, life: life, actor: actor), below: issuer)
    }
}
