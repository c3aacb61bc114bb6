internal import Crypto
internal import SymbolonKeys
internal import SymbolonWire

/// Codes for who has lost every other factor, each good once (SP 800-63B-4 §3.1.2, look-up secrets). Only their hashes are kept.
public struct RecoveryCodes: Equatable, Sendable {
    /// SHA-256 of each that is left. 80 bits of randomness need no slow hash.
    public let hashes: [[UInt8]]

    public static let count = 10
    /// 80 bits; SP 800-63B-4 asks for 20, and for 64 where guesses are not counted.
    private static let octets = 10

    /// Those that were kept.
    public init(hashes: [[UInt8]]) { self.hashes = hashes }

    /// New ones, and their texts, which are shown once: sixteen letters and digits in fours.
    public static func make() -> (RecoveryCodes, texts: [String]) {
        let secrets = (0..<count).map { _ in [UInt8].random(octets) }
        return (RecoveryCodes(hashes: secrets.map(hash)), secrets.map(text))
    }

    private static func text(_ secret: [UInt8]) -> String {
        let digits = Array(Base32.encode(secret).lowercased())
        return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<min($0 + 4, digits.count)]) }
            .joined(separator: "-")
    }

    private static func hash(_ secret: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: Array("symbolon recovery code".utf8) + [0] + secret))
    }

    /// Whether this is one of those that are left: blanks, hyphens and case aside.
    /// - Returns: what is left then; nil: it is none of them. Whoever keeps them stores that only if these are still there.
    public func taking(_ text: String) -> RecoveryCodes? {
        let typed = text.filter { $0 != " " && $0 != "-" }
        guard let secret = try? Base32.decode(typed), secret.count == Self.octets else { return nil }
        let presented = Self.hash(secret)
        // What differs is a hash of randomness: where, tells nothing.
        guard let index = hashes.firstIndex(of: presented) else { return nil }
        return RecoveryCodes(hashes: Array(hashes[..<index] + hashes[(index + 1)...]))
    }
}
