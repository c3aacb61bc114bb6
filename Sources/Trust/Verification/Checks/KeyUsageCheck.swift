import SymbolonCertificates

/// RFC 5280 §4.2.1.3: what a key may be used for.
enum KeyUsageCheck {
    /// RFC 5280 §6.1.4(n): an issuer's key usage has keyCertSign; §4.2.1.3: the extension is there.
    static func checkAuthority(_ certificate: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        guard let usage = certificate.extensions.keyUsage else {
            guard !rules.askConformance else { throw .issuerMayNotSignCertificates(nil) }
            return
        }
        guard usage.contains(.keyCertSign) else { throw .issuerMayNotSignCertificates(usage) }
    }

    /// RFC 5280 §4.2.1.9: who is no authority does not claim keyCertSign. RFC 5280 §4.2.1.12: the key usage fits the
    /// purpose; absent, it limits nothing.
    static func checkLeaf(_ certificate: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        guard let usage = certificate.extensions.keyUsage else { return }
        let claimsAuthority = usage.contains(.keyCertSign) && !certificate.isAuthority
        guard !claimsAuthority || !rules.askConformance else { throw .leafMaySignCertificates }
        // An authority's key usage says how it issues; RFC 5280 asks nothing more of one in the place of a leaf.
        guard let fitting = fitting(rules), !certificate.isAuthority else { return }
        guard !usage.isDisjoint(with: fitting) else { throw .keyUsageUnfit(usage, for: rules.purpose) }
    }

    /// The usages of which one is needed; nil: none is.
    private static func fitting(_ rules: Rules) -> KeyUsage? {
        switch rules.purpose {
        case .server where !rules.profile.requiresSigningKey: [.digitalSignature, .keyEncipherment, .keyAgreement]
        case .client where !rules.profile.requiresSigningKey: [.digitalSignature, .keyAgreement]
        case .server, .client, .code: .digitalSignature
        case .mail: [.digitalSignature, .contentCommitment, .keyEncipherment, .keyAgreement]
        case .any: nil
        }
    }
}
