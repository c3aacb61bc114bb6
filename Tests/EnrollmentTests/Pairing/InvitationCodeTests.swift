import SymbolonTestSupport
import Testing

@testable import SymbolonEnrollment

@Suite("Codes to read aloud")
struct InvitationCodeTests {
    @Test("the list: 1,024 words of four to eight letters, told apart by four letters, and by more than one slip")
    func list() {
        let words = WordList.english.words
        #expect(words.count == 1024)
        #expect(words == words.sorted())
        #expect(words.allSatisfy { (4...8).contains($0.count) && $0.allSatisfy { ("a"..."z").contains($0) } })
        #expect(Set(words.map { $0.prefix(4) }).count == words.count)
        for (index, word) in words.enumerated() {
            let near = words[(index + 1)...].first { Self.isOneSlip(Array(word.utf8), Array($0.utf8)) }
            #expect(near == nil, "\(word) and \(near ?? "")")
        }
    }

    /// One letter added, left out, or mistaken.
    static func isOneSlip(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        let (short, long) = one.count <= other.count ? (one, other) : (other, one)
        guard long.count - short.count <= 1 else { return false }
        let front = zip(short, long).prefix { $0 == $1 }.count
        let back = zip(short.reversed(), long.reversed()).prefix { $0 == $1 }.count
        return front + back >= (short.count == long.count ? short.count - 1 : short.count)
    }

    @Test(
        "the measure of a slip itself",
        arguments: [("bean", "bear", true), ("beans", "bean", true), ("bean", "deer", false)])
    func slips(_ one: String, _ other: String, _ isSlip: Bool) {
        #expect(Self.isOneSlip(Array(one.utf8), Array(other.utf8)) == isSlip)
    }

    @Test("at least as many bits as asked for", arguments: [(20, 2), (40, 4), (41, 5), (130, 13)])
    func bits(_ bits: Int, _ words: Int) {
        var random = SeededRandom(seed: 1)
        #expect(InvitationCode.draw(number: 417, bits: bits, from: &random).words.count == words)
    }

    @Test("every word comes up, about as often as every other")
    func evenness() {
        var random = SeededRandom(seed: 7)
        var counts: [String: Int] = [:]
        for _ in 0..<25_600 {
            for word in WordList.english.draw(4, from: &random) { counts[word, default: 0] += 1 }
        }
        // 100 expected each; six standard deviations either way.
        #expect(counts.count == 1024)
        #expect(counts.values.allSatisfy { (40...160).contains($0) })
    }

    @Test(
        "a code is read however it is written",
        arguments: [
            "417-acorn-banjo-cedar-donkey", "417 acorn banjo cedar donkey", "417, Acorn. BANJO cedar donkey",
            " 417-acor-banj-ceda-donk ", "417-acorns-banjoo-cedars-donkeys", "417_acorn_banjo_cedar_donkey",
        ])
    func tolerant(_ text: String) throws {
        let code = try InvitationCode(text)
        #expect(code.text == "417-acorn-banjo-cedar-donkey")
        #expect(code.secret == (try InvitationCode("417-acorn-banjo-cedar-donkey").secret))
    }

    @Test(
        "what is no code is refused by name",
        arguments: [
            ("", InvitationCodeFailure.empty), ("acorn-banjo", .number("acorn")), ("417", .noWords),
            ("0-acorn", .number("0")), ("100000-acorn", .number("100000")),
            ("417-acorn-xyzzy", .unknownWord("xyzzy", 2)),
            ("417" + String(repeating: "-acorn", count: 14), .tooManyWords(14)),
        ])
    func refused(_ text: String, _ failure: InvitationCodeFailure) {
        #expect(throws: failure) { try InvitationCode(text) }
    }

    @Test("no description shows the words")
    func descriptions() throws {
        let code = try InvitationCode("417-acorn-banjo-cedar-donkey")
        var dumped = ""
        dump(code, to: &dumped)
        for text in ["\(code)", "\(code.secret)", dumped, String(reflecting: code)] {
            #expect(!text.contains("acorn"))
        }
    }
}
