public import SymbolonKeys

/// A key that signs certificates, wherever it is kept.
public protocol CertificateSigner: Sendable {
    var publicKey: PublicKey { get }
    var signatureAlgorithm: SignatureAlgorithm { get }
    func sign(_ message: [UInt8]) throws(KeyFailure) -> [UInt8]
}

extension SigningKey: CertificateSigner {}
