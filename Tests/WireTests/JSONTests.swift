import SymbolonWire
import Testing

@Suite("RFC 8259, strictly and within bounds")
struct JSONTests {
    static let texts: [(String, JSONValue)] = [
        ("null", .null), (" true ", true), ("false", false), ("0", 0), ("-12", -12), ("1.50", .number("1.50")),
        ("1e3", .number("1e3")), ("-0.1E-2", .number("-0.1E-2")),
        ("9223372036854775808", .number("9223372036854775808")),
        ("\"a\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "a\"\\/\u{8}\u{C}\n\r\t"), ("\"\\u00e9\\ud83d\\ude00é\"", "é😀é"),
        ("[]", []), ("[1,[2] , {}]", [1, [2], [:]]),
        ("{\"b\":1,\"a\":{\"c\":null}}", ["b": 1, "a": ["c": .null]]),
    ]

    @Test("reads, and reads what it writes", arguments: texts)
    func reads(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONReader.parse(Array(text.utf8)) == value)
        #expect(try JSONReader.parse(value.bytes) == value)
    }

    static let wrong: [(String, JSONFailure)] = [
        ("", .truncated), ("[1", .truncated), ("\"a", .truncated), ("{\"a\":", .truncated),
        ("[1,]", .unexpected(0x5D, at: 3)), ("{,}", .unexpected(0x2C, at: 1)), ("nul", .truncated),
        ("NaN", .unexpected(0x4E, at: 0)), ("01", .numberForm(at: 0)), ("1.", .numberForm(at: 0)),
        ("-", .numberForm(at: 0)), ("+1", .unexpected(0x2B, at: 0)), (".5", .unexpected(0x2E, at: 0)),
        ("1e", .numberForm(at: 0)), ("1 2", .afterEnd(at: 2)), ("\"\u{1}\"", .controlCharacter(at: 1)),
        ("\"\\x\"", .escape(at: 1)), ("\"\\u12g4\"", .escape(at: 1)), ("\"\\ud83d\"", .loneSurrogate(at: 1)),
        ("\"\\ude00\"", .loneSurrogate(at: 1)), ("\"\\ud83dx\"", .loneSurrogate(at: 1)),
        ("{\"a\":1,\"a\":1}", .duplicateMember("a")), ("{\"a\":1,\"\\u0061\":2}", .duplicateMember("a")),
        ("{'a':1}", .unexpected(0x27, at: 1)), ("\u{FEFF}1", .unexpected(0xEF, at: 0)),
    ]

    @Test("refuses", arguments: wrong)
    func refuses(_ text: String, _ failure: JSONFailure) {
        #expect(throws: failure) { try JSONReader.parse(Array(text.utf8)) }
    }

    @Test("a name twice is found among however many others", arguments: [2, 15, 16, 17, 18, 40])
    func manyMembers(_ count: Int) throws {
        let members = (0..<count).map { "\"name \($0)\":\($0)" }
        let honest = "{\(members.joined(separator: ","))}"
        #expect(try JSONReader.parse(Array(honest.utf8)).members?.count == count)
        for repeated in [0, count - 2, count - 1] {
            let text = "{\((members + ["\"name \(repeated)\":0"]).joined(separator: ","))}"
            #expect(throws: JSONFailure.duplicateMember("name \(repeated)")) { try JSONReader.parse(Array(text.utf8)) }
        }
    }

    @Test("refuses octets that are not UTF-8")
    func notUTF8() {
        #expect(throws: JSONFailure.notUTF8(at: 1)) { try JSONReader.parse([0x22, 0xC3, 0x28, 0x22]) }
    }
}

@Suite("A15: JSON bombs are refused by their limits")
struct JSONBombTests {
    private let limits = JSONReader.Limits(octets: 1000, depth: 4, values: 50)

    @Test("depth: one more than allowed is refused, and as much as allowed is read")
    func depth() throws {
        #expect(throws: JSONFailure.tooDeep(limit: 4)) {
            try JSONReader.parse(Array("[[[[[]]]]]".utf8), limits: limits)
        }
        #expect(try JSONReader.parse(Array("[[[[]]]]".utf8), limits: limits) == [[[[]]]])
        #expect(throws: JSONFailure.tooDeep(limit: 16)) {
            try JSONReader.parse([UInt8](repeating: UInt8(ascii: "["), count: 60_000))
        }
        #expect(throws: JSONFailure.tooDeep(limit: 16)) {
            try JSONReader.parse(Array(String(repeating: "{\"a\":", count: 10_000).utf8))
        }
    }

    @Test("count: one more than allowed is refused, and as many as allowed are read")
    func count() throws {
        let fitting = "[" + String(repeating: "1,", count: 48) + "1]"
        #expect(try JSONReader.parse(Array(fitting.utf8), limits: limits).array?.count == 49)
        let bomb = "[" + String(repeating: "1,", count: 49) + "1]"
        #expect(throws: JSONFailure.tooManyValues(limit: 50)) { try JSONReader.parse(Array(bomb.utf8), limits: limits) }
    }

    @Test("length: one octet more than allowed is refused, before anything is read")
    func length() throws {
        let fitting = "\"" + String(repeating: "a", count: 998) + "\""
        #expect(try JSONReader.parse(Array(fitting.utf8), limits: limits).string?.utf8.count == 998)
        #expect(throws: JSONFailure.tooLong(octets: 1001, limit: 1000)) {
            try JSONReader.parse(Array((fitting + " ").utf8), limits: limits)
        }
    }
}
