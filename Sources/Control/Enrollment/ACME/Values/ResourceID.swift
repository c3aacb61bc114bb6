import SymbolonKeys
import SymbolonWire

/// The name of an account, an order or an authorization in its URL: 128 random bits, which nobody guesses.
public struct ResourceID: Hashable, Sendable, CustomStringConvertible {
    /// 22 digits of base64url.
    public let description: String

    static let octets = 16

    /// A new one.
    public static func random() -> ResourceID {
        ResourceID(spelled: Base64URL.encode([UInt8].random(octets)))
    }

    /// Nil for what no resource is called.
    public init?(_ text: some StringProtocol) {
        guard let octets = try? Base64URL.decode(text), octets.count == Self.octets else { return nil }
        description = String(text)
    }

    private init(spelled: String) { description = spelled }
}
