import Crypto
import CryptoExtras
import Foundation

/// A public key that was parsed strictly and is ready to verify. Copies share the parsed key; equality is that of the
/// SubjectPublicKeyInfo octets, of which a key has exactly one encoding.
public struct PublicKey: Sendable {
    /// What kind of key this is.
    public enum Kind: Hashable, Sendable {
        case p256, p384, p521
        case ed25519
        case rsa(bits: Int)
    }

    private let parsed: ParsedPublicKey

    /// Parses the DER of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): P-256, P-384 and P-521 by name with an uncompressed
    /// point on the curve, Ed25519, and RSA from 2048 to 8192 bits.
    public init(subjectPublicKeyInfo: some Collection<UInt8>) throws(KeyFailure) {
        parsed = try ParsedPublicKey(subjectPublicKeyInfo: [UInt8](subjectPublicKeyInfo))
    }

    init(_ parsed: ParsedPublicKey) { self.parsed = parsed }

    /// The SubjectPublicKeyInfo in DER, as it was parsed.
    public var subjectPublicKeyInfo: [UInt8] { parsed.subjectPublicKeyInfo }

    public var kind: Kind { parsed.kind }

    /// SHA-256 over the SubjectPublicKeyInfo.
    public var fingerprint: KeyFingerprint { parsed.fingerprint }

    /// RFC 7093 §2 method 1: the leftmost 160 bits of SHA-256 over the subjectPublicKey bits. 20 octets.
    public var keyIdentifier: [UInt8] { Array(SHA256.hash(data: parsed.subjectPublicKey).prefix(20)) }

    /// The content of the subjectPublicKey BIT STRING.
    var subjectPublicKey: ArraySlice<UInt8> { parsed.subjectPublicKey }

    /// The RSA modulus, big-endian without leading zeros; nil for other kinds.
    var modulus: ArraySlice<UInt8>? { parsed.modulus }

    /// Whether signatures of this algorithm can be made with a key of this kind. The ECDSA hash is free (RFC 5758 §3.2).
    public func fits(_ algorithm: SignatureAlgorithm) -> Bool {
        switch (kind, algorithm) {
        case (.p256, .ecdsaSHA256), (.p256, .ecdsaSHA384), (.p256, .ecdsaSHA512),
            (.p384, .ecdsaSHA256), (.p384, .ecdsaSHA384), (.p384, .ecdsaSHA512),
            (.p521, .ecdsaSHA256), (.p521, .ecdsaSHA384), (.p521, .ecdsaSHA512),
            (.ed25519, .ed25519),
            (.rsa, .rsaSHA256), (.rsa, .rsaSHA384), (.rsa, .rsaSHA512):
            true
        default:
            false
        }
    }

    /// Whether this key made the signature over the message. False, never a trap, for whatever a peer sends: an algorithm
    /// that does not fit the key, and a signature that is not encoded exactly as its standard says, included.
    ///
    /// ECDSA signatures are the DER of Ecdsa-Sig-Value (RFC 3279 §2.2.3); RSA is RSASSA-PKCS1-v1_5 (RFC 8017 §8.2).
    public func isValid(
        _ signature: some Collection<UInt8>, over message: some Collection<UInt8>, by algorithm: SignatureAlgorithm
    ) -> Bool {
        guard fits(algorithm) else { return false }
        let signature = [UInt8](signature)
        let message = [UInt8](message)
        return switch algorithm {
        case .ecdsaSHA256, .rsaSHA256: parsed.key.isValid(signature, for: SHA256.hash(data: message))
        case .ecdsaSHA384, .rsaSHA384: parsed.key.isValid(signature, for: SHA384.hash(data: message))
        case .ecdsaSHA512, .rsaSHA512: parsed.key.isValid(signature, for: SHA512.hash(data: message))
        case .ed25519: parsed.key.isValid(signature, over: message)
        }
    }
}

extension PublicKey: Hashable {
    public static func == (left: PublicKey, right: PublicKey) -> Bool {
        left.parsed === right.parsed || left.subjectPublicKeyInfo == right.subjectPublicKeyInfo
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}

extension PublicKey: CustomStringConvertible {
    /// The kind, and the first 16 hexadecimal digits of the fingerprint.
    public var description: String { "\(kind) key \(fingerprint.description.prefix(16))" }
}

extension PublicKey.Kind: CustomStringConvertible {
    /// `ECDSA P-256`, `Ed25519`, `RSA 2048`.
    public var description: String {
        switch self {
        case .p256: "ECDSA P-256"
        case .p384: "ECDSA P-384"
        case .p521: "ECDSA P-521"
        case .ed25519: "Ed25519"
        case .rsa(let bits): "RSA \(bits)"
        }
    }
}
