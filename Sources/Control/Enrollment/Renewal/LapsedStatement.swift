public import SymbolonCertificates
public import SymbolonKeys
import SymbolonNames

/// What the holder of a certificate that has ended signs to come back: this certificate's key, this request, this nonce, and
/// nothing that could be taken for a signature of another kind.
///
/// The certificate is no TLS client proof any more, so that possession is shown over a nonce of the authority's
/// (RFC 9148 §3.3 and RFC 8555 §6.5 do the like).
public enum LapsedStatement {
    private static let context = "symbolon lapsed renewal v1"

    /// Each part with its length before it.
    public static func bytes(certificate: Certificate, request: CertificateRequest, nonce: [UInt8]) -> [UInt8] {
        [Array(context.utf8), nonce, certificate.der, request.der].flatMap { part in
            (0..<4).map { UInt8(truncatingIfNeeded: part.count >> (24 - 8 * $0)) } + part
        }
    }

    public static func sign(
        certificate: Certificate, request: CertificateRequest, nonce: [UInt8], with key: SigningKey
    ) throws(KeyFailure) -> [UInt8] {
        try key.sign(bytes(certificate: certificate, request: request, nonce: nonce))
    }

    static func isSigned(
        _ signature: [UInt8], certificate: Certificate, request: CertificateRequest, nonce: [UInt8]
    ) -> Bool {
        guard let key = certificate.publicKey, let algorithm = key.kind.lapsedSignature else { return false }
        return key.isValid(
            signature, over: bytes(certificate: certificate, request: request, nonce: nonce), by: algorithm)
    }
}

extension PublicKey.Kind {
    /// The one algorithm that our own keys of this kind sign with; nil for kinds that are not certified here.
    fileprivate var lapsedSignature: SignatureAlgorithm? {
        switch self {
        case .p256: KeyAlgorithm.p256.signatureAlgorithm
        case .p384: KeyAlgorithm.p384.signatureAlgorithm
        case .ed25519: KeyAlgorithm.ed25519.signatureAlgorithm
        default: nil
        }
    }
}
