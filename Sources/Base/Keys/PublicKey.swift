import Crypto
import CryptoExtras
import Foundation

/// A public key that was parsed strictly and is ready to verify. Copies share the parsed key; equality is that of the
/// SubjectPublicKeyInfo octets.
public struct PublicKey: Sendable {
    /// What kind of key this is.
    public enum Kind: Hashable, Sendable {
        case p256, p384, p521
        case ed25519
        case rsa(bits: Int)
        /// An RSA key that verifies RSASSA-PSS only (RFC 4055 §1.2).
        case rsaPSS(bits: Int)
        case mlDSA65, mlDSA87
    }

    private let parsed: ParsedPublicKey

    /// Parses the DER of a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7): P-256, P-384 and P-521 by name with an uncompressed
    /// point on the curve, Ed25519, RSA from 2048 to 8192 bits, and ML-DSA-65 and -87.
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
            (.rsa, .rsaSHA256), (.rsa, .rsaSHA384), (.rsa, .rsaSHA512),
            (.rsa, .rsaPSSSHA256), (.rsa, .rsaPSSSHA384), (.rsa, .rsaPSSSHA512),
            (.mlDSA65, .mlDSA65), (.mlDSA87, .mlDSA87):
            true
        // RFC 4055 §3.3: what the key's own parameters say binds.
        case (.rsaPSS, .rsaPSSSHA256), (.rsaPSS, .rsaPSSSHA384), (.rsaPSS, .rsaPSSSHA512):
            parsed.boundTo == nil || parsed.boundTo == algorithm
        default:
            false
        }
    }

    /// Whether this key made the signature over the message. False, never a trap, for whatever a peer sends: an algorithm
    /// that does not fit the key, and a signature that is not encoded exactly as its standard says, included.
    ///
    /// ECDSA signatures are the DER of Ecdsa-Sig-Value (RFC 3279 §2.2.3); RSA is RSASSA-PKCS1-v1_5 or RSASSA-PSS
    /// (RFC 8017 §8). ML-DSA has an empty context (RFC 9881 §3).
    /// - Parameter form: of an ECDSA signature.
    public func isValid(
        _ signature: some Collection<UInt8>, in form: ECDSASignature.Form = .der, over message: some Collection<UInt8>,
        by algorithm: SignatureAlgorithm
    ) -> Bool {
        guard fits(algorithm) else { return false }
        let signature = [UInt8](signature)
        let message = [UInt8](message)
        let padding = algorithm.padding
        return switch algorithm {
        case .ecdsaSHA256, .rsaSHA256, .rsaPSSSHA256:
            parsed.key.isValid(signature, form, for: SHA256.hash(octets: message), padding: padding)
        case .ecdsaSHA384, .rsaSHA384, .rsaPSSSHA384:
            parsed.key.isValid(signature, form, for: SHA384.hash(data: message), padding: padding)
        case .ecdsaSHA512, .rsaSHA512, .rsaPSSSHA512:
            parsed.key.isValid(signature, form, for: SHA512.hash(data: message), padding: padding)
        case .ed25519, .mlDSA65, .mlDSA87: parsed.key.isValid(signature, over: message)
        }
    }
}

extension SignatureAlgorithm {
    /// What an RSA key is to see around the hash.
    fileprivate var padding: _RSA.Signing.Padding {
        switch self {
        case .rsaPSSSHA256, .rsaPSSSHA384, .rsaPSSSHA512: .PSS
        case .ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512, .ed25519, .rsaSHA256, .rsaSHA384, .rsaSHA512, .mlDSA65, .mlDSA87:
            .insecurePKCS1v1_5
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
    /// `ECDSA P-256`, `Ed25519`, `RSA 2048`, `ML-DSA-65`.
    public var description: String {
        switch self {
        case .p256: "ECDSA P-256"
        case .p384: "ECDSA P-384"
        case .p521: "ECDSA P-521"
        case .ed25519: "Ed25519"
        case .rsa(let bits): "RSA \(bits)"
        case .rsaPSS(let bits): "RSA-PSS \(bits)"
        case .mlDSA65: "ML-DSA-65"
        case .mlDSA87: "ML-DSA-87"
        }
    }
}
