public import SymbolonCertificates

/// The authorities above a certificate, as a verifier has proved them: what a status source must lead back to.
public struct IssuerPath: Sendable {
    /// The certificate's issuer first, the trust anchor last; each signed by the next, validity and use checked.
    public let authorities: [Certificate]
    /// Presented beside the path and not believed: one may turn out to be the signer of a list.
    public let others: [Certificate]

    public init(authorities: [Certificate], others: [Certificate] = []) {
        self.authorities = authorities
        self.others = others
    }
}
