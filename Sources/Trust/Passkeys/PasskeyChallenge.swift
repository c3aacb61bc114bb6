internal import SymbolonKeys
internal import SymbolonWire

/// What a ceremony's answer has to contain. Whoever keeps it binds it to one session and one ceremony, and lets it answer once.
public struct PasskeyChallenge: Sendable {
    public let octets: [UInt8]

    /// WebAuthn Level 3 §13.4.3: "Challenges SHOULD therefore be at least 16 bytes long".
    public static let fewestOctets = 16

    /// A new one: 32 octets of the system's randomness.
    public init() { octets = .random(32) }

    /// One that was kept.
    /// - Returns: nil for one that could be guessed.
    public init?(_ octets: some Collection<UInt8>) {
        guard octets.count >= Self.fewestOctets else { return nil }
        self.octets = Array(octets)
    }

    /// As the browser gives it back.
    public var text: String { Base64URL.encode(octets) }

    /// Takes as long for a wrong one as for the right one.
    func isAnswered(by text: String) -> Bool {
        guard let answer = try? Base64URL.decode(text), answer.count == octets.count else { return false }
        return zip(answer, octets).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
