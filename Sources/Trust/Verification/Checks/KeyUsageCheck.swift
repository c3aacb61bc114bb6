import SymbolonCertificates

/// RFC 5280 §4.2.1.3: what a key may be used for.
enum KeyUsageCheck {
    /// RFC 5280 §6.1.4(n), §4.2.1.3: an issuer's certificate has the extension, and it has keyCertSign.
    static func checkAuthority(_ certificate: PathCertificate) throws(VerificationFailure) {
        let usage = certificate.extensions.keyUsage
        guard let usage, usage.contains(.keyCertSign) else { throw .issuerMayNotSignCertificates(usage) }
    }

    /// RFC 5280 §4.2.1.9: who is no authority does not claim keyCertSign. RFC 5280 §4.2.1.12: the key usage fits the
    /// purpose; absent, it limits nothing.
    static func checkLeaf(_ certificate: PathCertificate, for purpose: Purpose) throws(VerificationFailure) {
        guard let usage = certificate.extensions.keyUsage else { return }
        guard !usage.contains(.keyCertSign) else { throw .leafMaySignCertificates }
        guard let fitting = fitting(purpose) else { return }
        guard !usage.isDisjoint(with: fitting) else { throw .keyUsageUnfit(usage, for: purpose) }
    }

    /// The usages of which one is needed; nil: none is.
    private static func fitting(_ purpose: Purpose) -> KeyUsage? {
        switch purpose {
        // RFC 8446 §4.4.2.2: in TLS 1.3 both ends sign.
        case .server, .client: .digitalSignature
        case .mail: [.digitalSignature, .contentCommitment, .keyEncipherment, .keyAgreement]
        case .any: nil
        }
    }
}
