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
    /// The one algorithm that the key's own parameters allow; nil: every one of its kind.
    let boundTo: SignatureAlgorithm?
    let fingerprint: KeyFingerprint

    /// 8192: an RSA key of 16,384 bits fits, so that it is refused for its size by name.
    private static let maximumOctets = 8192
    private static let structure = "SubjectPublicKeyInfo"
    /// The keys of most certificates. With their prefix and their length nothing is left to parse but the point.
    private static let common: [(encoding: KeyEncoding, curve: NamedCurve)] = [(.p256, .p256), (.p384, .p384)]

    /// RFC 5280 §4.1.2.7, RFC 5480 §2, RFC 8410 §4, RFC 3279 §2.3.1, RFC 4055 §3.1 and §3.3, RFC 9881 §4.
    init(subjectPublicKeyInfo bytes: [UInt8]) throws(KeyFailure) {
        guard bytes.count <= Self.maximumOctets else {
            throw .tooLarge(structure: Self.structure, octets: bytes.count, limit: Self.maximumOctets)
        }
        if let (encoding, curve) = Self.common.first(where: { $0.encoding.isPublic(bytes, $0.curve.pointOctets) }) {
            let point = bytes[encoding.publicPrefix.count...]
            key = try curve.verifyingKey(point: point)
            kind = curve.kind
            subjectPublicKeyInfo = bytes
            subjectPublicKey = point
            fingerprint = KeyFingerprint(of: bytes)
            modulus = nil
            boundTo = nil
            return
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
            boundTo = nil
        case .ed25519:
            try algorithm.requireNoParameters()
            (kind, key) = try (.ed25519, VerifyingKey(ed25519: bits))
            modulus = nil
            boundTo = nil
        case .rsaEncryption:
            try algorithm.requireNullParameters()
            let numbers = try RSAPublicNumbers(bits)
            (kind, key) = try (.rsa(bits: numbers.modulusBits), numbers.verifyingKey())
            modulus = numbers.modulus
            boundTo = nil
        case .rsassaPSS:
            let numbers = try RSAPublicNumbers(bits)
            (kind, key) = try (.rsaPSS(bits: numbers.modulusBits), numbers.verifyingKey())
            modulus = numbers.modulus
            boundTo = try algorithm.parameters.map { (parameters) throws(KeyFailure) in
                try PSSParameters(ofKey: parameters).hash.signatureAlgorithm
            }
        case .mlDSA65, .mlDSA87:
            try algorithm.requireNoParameters()
            let parameterSet: MLDSAParameterSet = algorithm.algorithm == .mlDSA65 ? .mlDSA65 : .mlDSA87
            (kind, key) = try (parameterSet.kind, parameterSet.verifyingKey(bits))
            modulus = nil
            boundTo = nil
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
        boundTo = nil
    }
}

/// A public key as the cryptographic library holds it.
enum VerifyingKey: Sendable {
    case p256(P256.Signing.PublicKey)
    case p384(P384.Signing.PublicKey)
    case p521(P521.Signing.PublicKey)
    case rsa(_RSA.Signing.PublicKey)
    /// Ed25519 and ML-DSA.
    case message(any MessageVerifying)

    func isValid(
        _ signature: [UInt8], _ form: ECDSASignature.Form, for digest: some Digest, padding: _RSA.Signing.Padding
    ) -> Bool {
        switch self {
        case .p256(let key):
            let signature =
                switch form {
                case .der: try? P256.Signing.ECDSASignature(derRepresentation: signature)
                case .numbers: try? P256.Signing.ECDSASignature(rawRepresentation: signature)
                }
            return signature.map { key.isValidSignature($0, for: digest) } ?? false
        case .p384(let key):
            let signature =
                switch form {
                case .der: try? P384.Signing.ECDSASignature(derRepresentation: signature)
                case .numbers: try? P384.Signing.ECDSASignature(rawRepresentation: signature)
                }
            return signature.map { key.isValidSignature($0, for: digest) } ?? false
        case .p521(let key):
            let signature =
                switch form {
                case .der: try? P521.Signing.ECDSASignature(derRepresentation: signature)
                case .numbers: try? P521.Signing.ECDSASignature(rawRepresentation: signature)
                }
            return signature.map { key.isValidSignature($0, for: digest) } ?? false
        case .rsa(let key):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return key.isValidSignature(signature, for: digest, padding: padding)
        case .message:
            return false
        }
    }

    func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool {
        guard case .message(let key) = self else { return false }
        return key.isValid(signature, over: message)
    }
}
