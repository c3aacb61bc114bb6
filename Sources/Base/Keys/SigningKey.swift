import Crypto
import Foundation

/// A private key and its public half. Nothing prints the private part: descriptions name the public key.
public struct SigningKey: Sendable {
    public let publicKey: PublicKey
    private let secret: Secret

    /// A private key as the cryptographic library holds it; the library wipes it when the last copy goes.
    enum Secret: Sendable {
        case p256(P256.Signing.PrivateKey)
        case p384(P384.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    /// A new key from the system's randomness.
    public static func make(_ algorithm: KeyAlgorithm) -> SigningKey {
        switch algorithm {
        case .p256: SigningKey(.p256(P256.Signing.PrivateKey(compactRepresentable: false)))
        case .p384: SigningKey(.p384(P384.Signing.PrivateKey(compactRepresentable: false)))
        case .ed25519: SigningKey(.ed25519(Curve25519.Signing.PrivateKey()))
        }
    }

    /// Opens the DER of a PrivateKeyInfo or OneAsymmetricKey (RFC 5958 §2): P-256, P-384 or Ed25519.
    public init(pkcs8: SecretBytes) throws(KeyFailure) {
        self = try pkcs8.withArray { (der) throws(KeyFailure) in try PrivateKeyInfo.parse(der) }
    }

    init(_ secret: Secret) {
        self.secret = secret
        let parsed =
            switch secret {
            case .p256(let key):
                ParsedPublicKey(
                    prefix: KeyEncoding.p256.publicPrefix, subjectPublicKey: key.publicKey.x963Representation,
                    kind: .p256, key: .p256(key.publicKey))
            case .p384(let key):
                ParsedPublicKey(
                    prefix: KeyEncoding.p384.publicPrefix, subjectPublicKey: key.publicKey.x963Representation,
                    kind: .p384, key: .p384(key.publicKey))
            case .ed25519(let key):
                ParsedPublicKey(
                    prefix: KeyEncoding.ed25519.publicPrefix, subjectPublicKey: key.publicKey.rawRepresentation,
                    kind: .ed25519, key: .message(key.publicKey))
            }
        publicKey = PublicKey(parsed)
    }

    public var algorithm: KeyAlgorithm {
        switch secret {
        case .p256: .p256
        case .p384: .p384
        case .ed25519: .ed25519
        }
    }

    public var signatureAlgorithm: SignatureAlgorithm { algorithm.signatureAlgorithm }

    /// Signs the message with `signatureAlgorithm`. ECDSA gives the DER of Ecdsa-Sig-Value (RFC 3279 §2.2.3).
    public func sign(_ message: some Collection<UInt8>) throws(KeyFailure) -> [UInt8] {
        let message = [UInt8](message)
        do {
            return switch secret {
            case .p256(let key): [UInt8](try key.signature(for: message).derRepresentation)
            case .p384(let key): [UInt8](try key.signature(for: message).derRepresentation)
            case .ed25519(let key): [UInt8](try key.signature(for: message))
            }
        } catch {
            throw .signingFailed
        }
    }

    /// The DER of PrivateKeyInfo (RFC 5958 §2, version 1), the form that every other program reads: ECPrivateKey with its
    /// public key (RFC 5915 §3), CurvePrivateKey (RFC 8410 §7).
    public func pkcs8() -> SecretBytes {
        switch secret {
        case .p256(let key):
            var scalar = key.rawRepresentation
            defer { Self.wipeCopy(&scalar) }
            return KeyEncoding.p256.privateKeyInfo(scalar, key.publicKey.x963Representation)
        case .p384(let key):
            var scalar = key.rawRepresentation
            defer { Self.wipeCopy(&scalar) }
            return KeyEncoding.p384.privateKeyInfo(scalar, key.publicKey.x963Representation)
        case .ed25519(let key):
            // The library lends its own memory here, and wipes it itself: writing to it would destroy the key.
            return KeyEncoding.ed25519.privateKeyInfo(key.rawRepresentation)
        }
    }

    /// An elliptic curve key hands out a copy that nobody else wipes. On Apple's platforms it is not documented whose memory
    /// that is, so there it is left alone.
    private static func wipeCopy(_ scalar: inout Data) {
        #if !canImport(Darwin)
            unsafe scalar.withUnsafeMutableBytes { unsafe wipe($0) }
        #endif
    }
}

extension SigningKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        "\(publicKey.kind) signing key \(publicKey.fingerprint.description.prefix(16))"
    }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey]) }
}
