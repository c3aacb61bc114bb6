/// Words that people tell apart by ear, and programs by their first four letters.
public struct WordList: Sendable {
    public let words: [String]
    /// Enough to tell any two apart.
    public static let prefixLength = 4

    private let byPrefix: [String: String]

    init(_ words: [String]) {
        self.words = words
        byPrefix = Dictionary(
            words.map { (String($0.prefix(Self.prefixLength)), $0) }, uniquingKeysWith: { one, _ in one })
    }

    /// The words needed for this many bits at least.
    public func count(forBits bits: Int) -> Int {
        let perWord = words.count.bitWidth - 1 - words.count.leadingZeroBitCount
        return (bits + perWord - 1) / perWord
    }

    public func draw(_ count: Int, from random: inout some RandomNumberGenerator) -> [String] {
        (0..<count).map { _ in words[Int.random(in: 0..<words.count, using: &random)] }
    }

    /// The word meant, by its first four letters; nil when there is none. What follows them is not looked at, so that a
    /// slip at the end of a word does not cost a try.
    public func word(meant text: some StringProtocol) -> String? {
        byPrefix[String(text.lowercased().prefix(Self.prefixLength))]
    }
}
