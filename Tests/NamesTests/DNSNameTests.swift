import SymbolonNames
import Testing

@Suite("RFC 1035, 1123 and 5890: one host's DNS name")
struct DNSNameTests {
    static let label63 = String(repeating: "a", count: 63)
    /// 253 octets: three full labels and one of 61.
    static let longest = "\(label63).\(label63).\(label63).\(String(repeating: "b", count: 61))"

    @Test(
        "takes a name and keeps its canonical form",
        arguments: [
            ("example.com", "example.com"),
            ("Example.COM", "example.com"),
            ("localhost", "localhost"),
            ("a", "a"),
            ("a-b.c--d.x1", "a-b.c--d.x1"),
            ("1.2.3.example", "1.2.3.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("XN--BCHER-KVA.Example", "xn--bcher-kva.example"),
            ("xn--fiqs8s", "xn--fiqs8s"),
            (longest, longest),
        ])
    func canonical(_ text: String, _ canonical: String) throws {
        #expect(try DNSName(text).description == canonical)
    }

    @Test(
        "C08: refuses what has no canonical form",
        arguments: [
            ("", DNSName.Flaw.empty),
            (".", .emptyLabel(at: 0)),
            ("example.com.", .finalDot),
            (".example.com", .emptyLabel(at: 0)),
            ("a..b", .emptyLabel(at: 2)),
            ("a.b..", .finalDot),
            ("a_b.example", .underscore(at: 1)),
            ("a b.example", .character(0x20, at: 1)),
            ("a.example/x", .character(0x2F, at: 9)),
            ("a:80", .character(0x3A, at: 1)),
            ("example.com\u{0}.evil.net", .controlCharacter(0, at: 11)),
            ("example.com\n", .controlCharacter(10, at: 11)),
            ("\tx", .controlCharacter(9, at: 0)),
            ("a\u{7F}b", .controlCharacter(0x7F, at: 1)),
            ("bücher.example", .notASCII(at: 1)),
            ("ex\u{430}mple.com", .notASCII(at: 2)),
            ("example\u{3002}com", .notASCII(at: 7)),
            ("a.\u{301}", .notASCII(at: 2)),
            ("-a.example", .hyphenAtEdge(label: "-a")),
            ("a-.example", .hyphenAtEdge(label: "a-")),
            ("-", .hyphenAtEdge(label: "-")),
            ("ab--c.example", .reservedLabel("ab--c")),
            ("xn--.example", .hyphenAtEdge(label: "xn--")),
            ("xn--abc-.example", .hyphenAtEdge(label: "xn--abc-")),
            ("xn---bcher.example", .fakeALabel("xn---bcher")),
            ("xn--99999999.example", .fakeALabel("xn--99999999")),
            ("1.2.3.4", .numericFinalLabel("4")),
            ("example.123", .numericFinalLabel("123")),
            ("127.1", .numericFinalLabel("1")),
            ("0x7f000001", .numericFinalLabel("0x7f000001")),
            ("2130706433", .numericFinalLabel("2130706433")),
            ("*.example.com", .wildcard),
            ("*", .wildcard),
            (label63 + "a.example", .labelTooLong(octets: 64)),
            (longest + "b", .tooLong(octets: 254)),
        ])
    func refusal(_ text: String, _ flaw: DNSName.Flaw) {
        let failure = #expect(throws: NameFailure.self) { try DNSName(text) }
        guard case .dns(let actual, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(actual == flaw)
    }

    @Test("an operator's final dot is dropped, one and no more")
    func operatorInput() throws {
        #expect(try DNSName(operatorInput: "Example.com.").description == "example.com")
        #expect(try DNSName(operatorInput: "example.com").description == "example.com")
        #expect(throws: NameFailure.dns(.finalDot, in: "example.com.")) { try DNSName(operatorInput: "example.com..") }
        #expect(throws: NameFailure.dns(.emptyLabel(at: 0), in: ".")) { try DNSName(operatorInput: ".") }
        #expect(throws: NameFailure.dns(.empty, in: "")) { try DNSName(operatorInput: "") }
    }

    @Test("a character that joins with the final dot is not dropped with it")
    func joinedFinalDot() {
        // U+0600 and the dot are one Character.
        #expect(throws: NameFailure.dns(.notASCII(at: 3), in: "com\\u{600}")) {
            try DNSName(operatorInput: "com\u{600}.")
        }
    }

    @Test("below is decided by whole labels")
    func below() throws {
        let base = try DNSName("example.com")
        #expect(try DNSName("a.example.com").isBelow(base))
        #expect(try DNSName("a.b.example.com").isBelow(base))
        #expect(try !DNSName("example.com").isBelow(base))
        #expect(try DNSName("example.com").isAtOrBelow(base))
        #expect(try !DNSName("anexample.com").isAtOrBelow(base))
        #expect(try !DNSName("com").isAtOrBelow(base))
        #expect(try !DNSName("example.com.org").isAtOrBelow(base))
    }

    @Test("labels are counted, and the parent has one fewer")
    func labels() throws {
        #expect(try DNSName("a.b.c").labelCount == 3)
        #expect(try DNSName("a.b.c").parent == DNSName("b.c"))
        #expect(try DNSName("c").parent == nil)
    }
}
