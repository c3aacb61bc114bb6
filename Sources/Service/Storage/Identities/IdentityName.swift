/// What an identity is called on this machine: a file name that is the same on every file system.
///
/// 1 to 100 characters of `a-z 0-9 . _ -`, the first a letter or a digit, no two full stops together.
public struct IdentityName: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let description: String

    /// 100: with the suffix and what a temporary file adds, far inside the 255 octets that file systems allow.
    public static let maximumLength = 100

    public init(_ text: some StringProtocol) throws(IdentityFailure) {
        let octets = Array(text.utf8)
        guard (1...Self.maximumLength).contains(octets.count), octets.allSatisfy(Self.isAllowed),
            let first = octets.first, Self.isLetterOrDigit(first), !text.contains("..")
        else { throw .name(String(text)) }
        description = String(text)
    }

    public static func < (left: IdentityName, right: IdentityName) -> Bool { left.description < right.description }

    private static func isAllowed(_ octet: UInt8) -> Bool {
        isLetterOrDigit(octet) || ".-_".utf8.contains(octet)
    }

    private static func isLetterOrDigit(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }
}
