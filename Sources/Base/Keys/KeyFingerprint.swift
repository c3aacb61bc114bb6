import Crypto
import SymbolonWire

/// SHA-256 over a key's SubjectPublicKeyInfo: the name of a key wherever keys are looked up or shown.
public struct KeyFingerprint: Hashable, Sendable {
    // Four words in place of an array: a look-up among many revoked certificates allocates nothing.
    private let words: SIMD4<UInt64>

    /// - Throws: `KeyFailure.fingerprintLength` unless there are 32 octets.
    public init(_ bytes: some Collection<UInt8>) throws(KeyFailure) {
        guard bytes.count == 32 else { throw .fingerprintLength(octets: bytes.count) }
        self.init(words: Array(bytes))
    }

    init(of subjectPublicKeyInfo: [UInt8]) {
        self.init(words: Array(SHA256.hash(octets: subjectPublicKeyInfo)))
    }

    /// The 32 octets.
    public var bytes: [UInt8] {
        (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> (56 - $0 % 8 * 8)) }
    }

    private init(words bytes: [UInt8]) {
        func word(_ start: Int) -> UInt64 { bytes[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) } }
        words = SIMD4(word(0), word(8), word(16), word(24))
    }
}

extension KeyFingerprint: CustomStringConvertible {
    /// 64 hexadecimal digits, lower case.
    public var description: String { Hex.encode(bytes) }
}
