import Crypto
import CryptoExtras
import Foundation
import SwiftASN1

/// The shared part of a `PublicKey`: its encoding, and the key as the cryptographic library holds it, made once.
final class ParsedPublicKey: Sendable {
    let subjectPublicKeyInfo: [UInt8]
    /// The content of the BIT STRING.
    let subjectPublicKey: ArraySlice<UInt8>
    let kind: PublicKey.Kind
    let key: VerifyingKey
    let modulus: ArraySlice<UInt8>?
    let fingerprint: KeyFingerprint

    /// 8192: an RSA key of 16,384 bits fits, so that it is refused for its size by name.
    private static let maximumOctets = 8192
    private static let structure = "SubjectPublicKeyInfo"

    /// RFC 5280 §4.1.2.7, RFC 5480 §2, RFC 8410 §4, RFC 3279 §2.3.1.
    init(subjectPublicKeyInfo bytes: [UInt8]) throws(KeyFailure) {
        guard bytes.count <= Self.maximumOctets else {
            throw .tooLarge(structure: Self.structure, octets: bytes.count, limit: Self.maximumOctets)
        }
        var fields = try DERSequence(bytes[...], as: Self.structure)
        let algorithm = try fields.takeAlgorithm("algorithm")
        let bits = try fields.takeBits(.bitString, "subjectPublicKey")
        try fields.end()

        subjectPublicKeyInfo = bytes
        subjectPublicKey = bits
        fingerprint = KeyFingerprint(of: bytes)
        switch algorithm.algorithm {
        case .ecPublicKey:
            let curve = try NamedCurve(parameters: algorithm.parameters)
            (kind, key) = try (curve.kind, curve.verifyingKey(point: bits))
            modulus = nil
        case .ed25519:
            try algorithm.requireNoParameters()
            (kind, key) = try (.ed25519, VerifyingKey(ed25519: bits))
            modulus = nil
        case .rsaEncryption:
            try algorithm.requireNullParameters()
            let numbers = try RSAPublicNumbers(bits)
            (kind, key) = try (.rsa(bits: numbers.modulusBits), numbers.verifyingKey())
            modulus = numbers.modulus
        case let other:
            throw .unsupportedKeyAlgorithm(oid: other.description)
        }
    }

    /// The public half of a key made here; `prefix` is everything before the subjectPublicKey bits.
    init(prefix: [UInt8], subjectPublicKey bits: some Collection<UInt8>, kind: PublicKey.Kind, key: VerifyingKey) {
        subjectPublicKeyInfo = prefix + bits
        subjectPublicKey = subjectPublicKeyInfo[prefix.count...]
        fingerprint = KeyFingerprint(of: subjectPublicKeyInfo)
        self.kind = kind
        self.key = key
        modulus = nil
    }
}

/// A public key as the cryptographic library holds it.
enum VerifyingKey: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case ed25519(Curve25519.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)

    func isValid(_ signature: [UInt8], for digest: some Digest) -> Bool {
        switch self {
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: digest)
        case .p384(let key):
            guard let signature = try? P384.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: digest)
        case .p521(let key):
            guard let signature = try? P521.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: digest)
        case .rsa(let key):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return key.isValidSignature(signature, for: digest, padding: .insecurePKCS1v1_5)
        case .ed25519:
            return false
        }
    }

    /// RFC 8032 §5.1.7: Ed25519 signs the message itself.
    func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard case .ed25519(let key) = self else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
