package import SymbolonCertificates

/// What ties an answer to the question that it answers. RFC 9654.
public struct StatusNonce: Hashable, Sendable {
    /// RFC 9654 §2.1: what an answer may carry.
    public static let allowed = 1...128
    /// RFC 9654 §2.1: what a question of ours carries.
    public static let length = 32

    public let bytes: [UInt8]

    /// From the system's secure randomness.
    public static func make() -> StatusNonce {
        var source = SystemRandomNumberGenerator()
        return make(using: &source)
    }

    /// - Parameter source: must not be predictable outside tests.
    public static func make(using source: inout some RandomNumberGenerator) -> StatusNonce {
        StatusNonce(unchecked: (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &source) })
    }

    /// Nil unless there are 1 to 128 octets.
    public init?(bytes: some Collection<UInt8>) {
        guard Self.allowed.contains(bytes.count) else { return nil }
        self.bytes = Array(bytes)
    }

    private init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// `Nonce ::= OCTET STRING (SIZE (1..128))` in its extension, not critical.
    package var `extension`: Extension {
        Extension(.ocspNonce, isCritical: false, value: DERWriter.element(.octetString, bytes))
    }
}
