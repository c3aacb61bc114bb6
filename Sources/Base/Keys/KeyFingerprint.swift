import Crypto
import SymbolonWire

/// SHA-256 over a key's SubjectPublicKeyInfo: the name of a key wherever keys are looked up or shown.
public struct KeyFingerprint: Hashable, Sendable {
    private let octets: Octets32

    /// - Throws: `KeyFailure.fingerprintLength` unless there are 32 octets.
    public init(_ bytes: some Collection<UInt8>) throws(KeyFailure) {
        guard bytes.count == 32 else { throw .fingerprintLength(octets: bytes.count) }
        octets = Octets32(Array(bytes))
    }

    init(of subjectPublicKeyInfo: [UInt8]) {
        octets = Octets32(Array(SHA256.hash(octets: subjectPublicKeyInfo)))
    }

    /// The 32 octets.
    public var bytes: [UInt8] { octets.octets }
}

extension KeyFingerprint: CustomStringConvertible {
    /// 64 hexadecimal digits, lower case.
    public var description: String { Hex.encode(bytes) }
}
