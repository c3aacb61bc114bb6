import Crypto
import Foundation

/// A key whose signatures are over the message itself, with an empty context.
protocol MessageVerifying: Sendable {
    func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool
}

/// The parameter sets of ML-DSA (FIPS 204 §4) that the cryptographic library verifies.
enum MLDSAParameterSet {
    case mlDSA65, mlDSA87

    /// FIPS 204 §4, table 2.
    private var keyOctets: Int {
        switch self {
        case .mlDSA65: 1952
        case .mlDSA87: 2592
        }
    }

    /// RFC 9881 §4: the key's octets as FIPS 204 encodes them, of which every string of the right length is one.
    func verifyingKey(_ bytes: ArraySlice<UInt8>) throws(KeyFailure) -> VerifyingKey {
        guard bytes.count == keyOctets else {
            throw .keyLength(algorithm: "\(kind)", octets: bytes.count, expected: keyOctets)
        }
        // Apple's own library has them from this version on.
        guard #available(macOS 26, *) else { throw .unsupportedKeyAlgorithm(oid: oid) }
        do {
            return switch self {
            case .mlDSA65: .message(try MLDSA65.PublicKey(rawRepresentation: bytes))
            case .mlDSA87: .message(try MLDSA87.PublicKey(rawRepresentation: bytes))
            }
        } catch {
            throw .malformed(structure: "\(kind)", field: "key")
        }
    }

    var kind: PublicKey.Kind {
        switch self {
        case .mlDSA65: .mlDSA65
        case .mlDSA87: .mlDSA87
        }
    }

    private var oid: String {
        switch self {
        case .mlDSA65: SignatureAlgorithm.mlDSA65.oid
        case .mlDSA87: SignatureAlgorithm.mlDSA87.oid
        }
    }
}

@available(macOS 26, *)
extension MLDSA65.PublicKey: MessageVerifying {
    func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool { isValidSignature(signature, for: message) }
}

@available(macOS 26, *)
extension MLDSA87.PublicKey: MessageVerifying {
    func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool { isValidSignature(signature, for: message) }
}

extension Curve25519.Signing.PublicKey: MessageVerifying {
    /// RFC 8032 §5.1.7: Ed25519 signs the message itself.
    func isValid(_ signature: [UInt8], over message: [UInt8]) -> Bool { isValidSignature(signature, for: message) }
}
