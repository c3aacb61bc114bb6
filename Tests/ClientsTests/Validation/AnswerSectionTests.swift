import SymbolonNames
import SymbolonTestSupport
import Testing

@testable import SymbolonClients

@Suite("RFC 1035 §4.1: the answer section is read within its message")
struct Answers {
    private static let name = WireName(labels: [Array("web".utf8), Array("internal".utf8)])
    private static let question = [UInt8]([3]) + Array("web".utf8) + [8] + Array("internal".utf8) + [0, 0, 16, 0, 1]

    private func section(_ answers: UInt8, _ rest: [UInt8], questions: UInt8 = 1) throws -> AnswerSection.Finding {
        let header: [UInt8] = [0, 1, 0x81, 0x80, 0, questions, 0, answers, 0, 0, 0, 0]
        return try AnswerSection(header + Self.question + rest).find(.txt, at: Self.name)
    }

    private let text: [UInt8] = [0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, 2, 1, 0x61]

    @Test("a record by a pointer, in capitals, and of another class")
    func honest() throws {
        #expect(try section(1, text) == .records([[1, 0x61]]))
        let spelled = [UInt8]([3]) + Array("WEB".utf8) + [0xC0, 16] + text.dropFirst(2)
        #expect(try section(2, text + spelled) == .records([[1, 0x61], [1, 0x61]]))
        var chaos = text
        chaos[5] = 3
        #expect(try section(1, chaos) == .nothing)
        #expect(try section(0, []) == .nothing)
    }

    @Test(
        "what is cut off, points forwards or round, or is too long, is refused",
        arguments: [
            ("a pointer to itself", [0xC0, 30]), ("a pointer forwards", [0xC0, 200]), ("half a pointer", [0xC0]),
            ("half a label", [60, 0x61]), ("an unknown kind of label", [0x41, 0x61]), ("no record", [0xC0, 12, 0]),
            ("data beyond the end", [0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0xFF, 0xFF, 1]), ("nothing", []),
        ] as [(String, [UInt8])])
    func malformed(_ what: String, rest: [UInt8]) {
        #expect(throws: AnswerSection.Malformed.self) { try section(1, rest) }
    }

    @Test("a message of any beginning of a good one is refused or holds less, and never traps")
    func beginnings() throws {
        let whole = [0, 1, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + Self.question + text
        for count in 0..<whole.count {
            #expect(throws: AnswerSection.Malformed.self) { try AnswerSection(Array(whole.prefix(count))) }
        }
        #expect(throws: Never.self) { try AnswerSection(whole) }
    }

    @Test("seeded noise never traps")
    func noise() {
        var random = SeededRandom(seed: 8)
        for _ in 0..<20_000 {
            var bytes = (0..<Int.random(in: 12...120, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            bytes[4...7] = [0, 1, 0, UInt8.random(in: 0...9, using: &random)]
            _ = try? AnswerSection(bytes).find(.txt, at: Self.name)
        }
    }

    @Test(
        "names are asked for as master files write them",
        arguments: [
            (["_acme-challenge", "a", "internal"], "_acme-challenge.a.internal"), (["A.b", "c d"], "a\\046b.c\\032d"),
            (["\u{7f}"], "\\127"), (["\u{1}"], "\\001"),
        ])
    func presentation(labels: [String], text: String) {
        #expect(WireName(labels: labels.map { Array($0.utf8) }).text == text)
    }

    @Test(
        "servers are written with or without their port",
        arguments: [
            ("192.0.2.53", "192.0.2.53:53"), ("192.0.2.53:5353", "192.0.2.53:5353"),
            ("2001:db8::53", "[2001:db8::53]:53"),
            ("[2001:db8::53]:5353", "[2001:db8::53]:5353"), ("[2001:db8::53]", "[2001:db8::53]:53"),
        ])
    func servers(text: String, shown: String) throws {
        #expect(try NameServer(text).description == shown)
    }

    @Test(
        "what is no server's address is refused",
        arguments: [
            "", "dns.internal", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536", "192.0.2.53:+53", "[2001:db8::53",
            "[::1]x",
        ])
    func notServers(text: String) {
        #expect(throws: NameFailure.self) { try NameServer(text) }
    }
}
