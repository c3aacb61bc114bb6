/// What policies call a set of identities: lower-case letters, digits and hyphens, at most 64.
public struct GroupName: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let description: String

    /// Nil for any other text.
    public init?(_ text: String) {
        guard PolicyWord.isOne(text) else { return nil }
        description = text
    }

    public static func < (one: GroupName, other: GroupName) -> Bool { one.description < other.description }

    /// In front of a group's name where identities stand.
    static let prefix = "group:"
}

/// A word that people make up for something in a policy.
enum PolicyWord {
    static func isOne(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 == 0x2D || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    }
}
