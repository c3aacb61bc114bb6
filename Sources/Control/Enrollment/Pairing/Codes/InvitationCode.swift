public import SymbolonKeys

/// What one person reads to another: the number of an invitation, and its words.
///
/// The number says in clear which invitation is meant; the words are the secret, and are good for one use.
public struct InvitationCode: Equatable, Sendable {
    public let number: Int
    public let words: [String]

    /// 40 unless told: at three tries, one guess in 3.6 × 10^11 goes right, and nothing can be guessed off line.
    public static let standardBits = 40
    /// 20: below it, three tries go right too often for comfort; 130: more than the keys behind it are worth.
    public static let allowedBits = 20...130
    /// The numbers in use; `PairingProtocol` in the transport has the same.
    public static let numbers = 1...99_999

    init(number: Int, words: [String]) {
        self.number = number
        self.words = words
    }

    /// A new code for an invitation.
    public static func draw(
        number: Int, bits: Int = standardBits, from random: inout some RandomNumberGenerator
    ) -> InvitationCode {
        let list = WordList.english
        return InvitationCode(number: number, words: list.draw(list.count(forBits: bits), from: &random))
    }

    /// Reads what a person typed: any case; words with hyphens, spaces, commas or full stops between; each known by its
    /// first four letters.
    public init(_ text: some StringProtocol) throws(InvitationCodeFailure) {
        let parts = text.split { " -_.,\t\n".contains($0) }
        guard let first = parts.first else { throw .empty }
        guard first.utf8.count <= 5, first.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
            let number = Int(first), Self.numbers.contains(number)
        else { throw .number(String(first)) }
        guard parts.count > 1 else { throw .noWords }
        // 13 words are 130 bits.
        guard parts.count <= 14 else { throw .tooManyWords(parts.count - 1) }
        var words: [String] = []
        for (index, part) in parts.dropFirst().enumerated() {
            guard let word = WordList.english.word(meant: part) else { throw .unknownWord(String(part), index + 1) }
            words.append(word)
        }
        self.init(number: number, words: words)
    }

    /// What both ends make their keys of: the words in their one spelling.
    public var secret: SecretBytes {
        SecretBytes(copying: words.joined(separator: "-").utf8)
    }

    /// As it is printed and read aloud: `4711-acorn-banjo-cedar-donkey`. Shown once, to whom it is made for.
    public var text: String { ([String(number)] + words).joined(separator: "-") }
}

extension InvitationCode: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the words: a code does not get into a log by accident.
    public var description: String { "code \(number) of \(words.count) words" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["number": number]) }
}

/// Why a text is no code.
public enum InvitationCodeFailure: Error, Equatable, Sendable {
    case empty
    case number(String)
    case noWords
    case tooManyWords(Int)
    /// `position` counts the words from 1.
    case unknownWord(String, Int)

    public var explanation: String {
        switch self {
        case .empty: "no code was given"
        case .number(let text): "a code begins with the invitation's number, and \(text.debugDescription) is none"
        case .noWords: "the code has a number and no words"
        case .tooManyWords(let count): "a code has at most 13 words, and this one \(count)"
        case .unknownWord(let text, let position):
            "word \(position), \(text.debugDescription), is not one that codes are made of; ask for it again"
        }
    }
}
