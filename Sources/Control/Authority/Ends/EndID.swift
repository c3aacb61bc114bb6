import SymbolonKeys
import SymbolonWire

/// Which end this is among all that believe an authority: 128 random bits, which it makes once and keeps.
public struct EndID: Hashable, Sendable, CustomStringConvertible {
    public static let length = 16

    public let octets: [UInt8]

    /// Nil unless there are 16 octets.
    public init?(_ octets: some Collection<UInt8>) {
        guard octets.count == Self.length else { return nil }
        self.octets = Array(octets)
    }

    /// From 32 hexadecimal digits, as `description` writes them.
    public init?(_ text: String) {
        guard let octets = try? Hex.decode(text) else { return nil }
        self.init(octets)
    }

    public static func random() -> EndID {
        EndID(random: .random(length))
    }

    private init(random octets: [UInt8]) { self.octets = octets }

    public var description: String { Hex.encode(octets) }
}
