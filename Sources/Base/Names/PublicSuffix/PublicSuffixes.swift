/// Names under which different owners register domains, from the text of the Public Suffix List (publicsuffix.org).
///
/// The list speaks of the public Internet and changes weekly, so it is data that the operator's system provides (Debian:
/// /usr/share/publicsuffix/public_suffix_list.dat), never a part of this program.
public struct PublicSuffixes: Equatable, Sendable {
    private let plain: Set<String>
    /// The names under which every label is a suffix: `*.NAME` in the list.
    private let wildcards: Set<String>
    private let exceptions: Set<String>

    /// Reads the list: one rule a line up to the first white space, comments behind `//`. Lines that are no DNS names are
    /// passed over, since a rule that cannot be read can only miss a refusal of the one name it speaks of.
    public init(list text: String) {
        var plain: Set<String> = []
        var wildcards: Set<String> = []
        var exceptions: Set<String> = []
        for line in text.split(whereSeparator: \.isNewline) {
            guard !line.hasPrefix("//"), let rule = line.split(whereSeparator: \.isWhitespace).first else { continue }
            if rule.hasPrefix("*.") {
                wildcards.formUnion(Self.canonical(rule.dropFirst(2)))
            } else if rule.hasPrefix("!") {
                exceptions.formUnion(Self.canonical(rule.dropFirst()))
            } else {
                plain.formUnion(Self.canonical(rule))
            }
        }
        self.plain = plain
        self.wildcards = wildcards
        self.exceptions = exceptions
    }

    /// How many rules were read.
    public var count: Int { plain.count + wildcards.count + exceptions.count }

    /// Whether different owners register right below `name`. A single label always is such a suffix.
    public func contains(_ name: DNSName) -> Bool {
        guard let parent = name.parent else { return true }
        guard !exceptions.contains(name.description) else { return false }
        return plain.contains(name.description) || wildcards.contains(parent.description)
    }

    /// The rule's name with A-labels; none when it is no DNS name.
    private static func canonical(_ rule: Substring) -> [String] {
        let labels = rule.split(separator: ".", omittingEmptySubsequences: false).map { label in
            label.utf8.allSatisfy { $0 < 0x80 }
                ? String(label) : "xn--" + Punycode.encoded(label.lowercased().unicodeScalars.map { Int($0.value) })
        }
        guard let name = try? DNSName(labels.joined(separator: ".")) else { return [] }
        return [name.description]
    }
}
