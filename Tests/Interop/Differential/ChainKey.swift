import Crypto
import CryptoExtras
import Foundation

/// A key of any kind that the verifiers know, with the algorithm that it signs with. The same seed gives the same keys, but
/// for RSA.
struct ChainKey: Sendable {
    enum Kind: CaseIterable, Sendable {
        case p256, p384, p521, ed25519, rsa, rsaPSS
    }

    let kind: Kind
    /// DER of the SubjectPublicKeyInfo.
    let publicKey: DERTree
    /// DER of the AlgorithmIdentifier.
    let algorithm: DERTree
    private let signature: @Sendable ([UInt8]) throws -> [UInt8]

    init(_ kind: Kind, using random: inout some RandomNumberGenerator) {
        self.kind = kind
        let der: Data
        switch kind {
        case .p256:
            let key = Self.drawn(32, &random) { try P256.Signing.PrivateKey(rawRepresentation: $0) }
            der = key.publicKey.derRepresentation
            signature = { Array(try key.signature(for: $0).derRepresentation) }
        case .p384:
            let key = Self.drawn(48, &random) { try P384.Signing.PrivateKey(rawRepresentation: $0) }
            der = key.publicKey.derRepresentation
            signature = { Array(try key.signature(for: $0).derRepresentation) }
        case .p521:
            let key = Self.drawn(66, &random) { octets in
                try P521.Signing.PrivateKey(rawRepresentation: [octets[0] & 1] + octets.dropFirst())
            }
            der = key.publicKey.derRepresentation
            signature = { Array(try key.signature(for: $0).derRepresentation) }
        case .ed25519:
            let key = Self.drawn(32, &random) { try Curve25519.Signing.PrivateKey(rawRepresentation: $0) }
            der =
                Data([0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00])
                + key.publicKey.rawRepresentation
            signature = { Array(try key.signature(for: $0)) }
        case .rsa, .rsaPSS:
            let key = try! _RSA.Signing.PrivateKey(keySize: .bits2048)
            der = key.publicKey.derRepresentation
            let padding: _RSA.Signing.Padding = kind == .rsa ? .insecurePKCS1v1_5 : .PSS
            signature = { Array(try key.signature(for: SHA256.hash(data: $0), padding: padding).rawRepresentation) }
        }
        publicKey = DERTree(der)!
        algorithm = Self.algorithm(kind)
    }

    func sign(_ bytes: [UInt8]) -> [UInt8] {
        try! signature(bytes)
    }

    /// Nearly every string of this length is a private key.
    private static func drawn<Key>(
        _ count: Int, _ random: inout some RandomNumberGenerator, _ make: ([UInt8]) throws -> Key
    ) -> Key {
        while true {
            if let key = try? make((0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }) {
                return key
            }
        }
    }

    private static func algorithm(_ kind: Kind) -> DERTree {
        let ecdsa: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03]
        let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01]
        let null = DERTree(0x05, [UInt8]())
        switch kind {
        case .p256: return .sequence(.identifier(ecdsa + [2]))
        case .p384: return .sequence(.identifier(ecdsa + [3]))
        case .p521: return .sequence(.identifier(ecdsa + [4]))
        case .ed25519: return .sequence(.identifier([0x2B, 0x65, 0x70]))
        case .rsa: return .sequence(.identifier(rsa + [11]), null)
        case .rsaPSS:
            // RFC 4055 §3.1: SHA-256, MGF1 with SHA-256, 32 octets of salt.
            let sha256 = DERTree.sequence(.identifier([0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01]), null)
            return .sequence(
                .identifier(rsa + [10]),
                .sequence(
                    .context(0, sha256), .context(1, .sequence(.identifier(rsa + [8]), sha256)),
                    .context(2, .integer(32))))
        }
    }
}
