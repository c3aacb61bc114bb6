import SymbolonNames
import Testing

@Suite("RFC 5321 §4.1.2: mailboxes")
struct MailboxTests {
    static let local64 = String(repeating: "l", count: 64)

    @Test(
        "takes a dot-string and a domain, whose case alone is folded",
        arguments: [
            ("alice@example.com", "alice@example.com"),
            ("Alice.B@Example.COM", "Alice.B@example.com"),
            ("a+tag@b", "a+tag@b"),
            ("*@example.com", "*@example.com"),
            ("!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"),
            (local64 + "@example.com", local64 + "@example.com"),
        ])
    func canonical(_ text: String, _ canonical: String) throws {
        #expect(try Mailbox(text).description == canonical)
    }

    @Test("the local part is compared exactly")
    func localPart() throws {
        #expect(try Mailbox("Alice@example.com") != Mailbox("alice@example.com"))
        #expect(try Mailbox("alice@EXAMPLE.com") == Mailbox("alice@example.com"))
    }

    @Test(
        "refuses",
        arguments: [
            ("", Mailbox.Flaw.empty),
            ("example.com", .noAt),
            ("@example.com", .emptyLocalPart),
            ("alice@", .domain(.empty)),
            ("alice@@example.com", .domain(.character(0x40, at: 6))),
            ("invalid@invalid@example.com", .domain(.character(0x40, at: 15))),
            ("\"alice b\"@example.com", .quotedLocalPart),
            ("\"a@b\"@example.com", .quotedLocalPart),
            (".alice@example.com", .emptyAtom(at: 0)),
            ("alice.@example.com", .emptyAtom(at: 6)),
            ("a..b@example.com", .emptyAtom(at: 2)),
            ("a b@example.com", .character(0x20, at: 1)),
            ("a\u{0}@example.com", .character(0, at: 1)),
            ("a\"b@example.com", .character(0x22, at: 1)),
            ("a(b)@example.com", .character(0x28, at: 1)),
            ("<a@example.com>", .character(0x3C, at: 0)),
            ("a@example.com>", .domain(.character(0x3E, at: 13))),
            ("a@[192.0.2.1]", .addressLiteral),
            ("a@192.0.2.1", .domain(.numericFinalLabel("1"))),
            ("a@example.com.", .domain(.finalDot)),
            ("a@b\u{fc}cher.example", .domain(.notASCII(at: 3))),
            ("b\u{fc}cher@example.com", .notASCII(at: 1)),
            ("a@example.com\u{0}.evil.example", .domain(.controlCharacter(0, at: 13))),
            ("a@*.example.com", .domain(.wildcard)),
            (local64 + "l@example.com", .localPartTooLong(octets: 65)),
            (String(repeating: "a", count: 255), .tooLong(octets: 255)),
        ])
    func refusal(_ text: String, _ flaw: Mailbox.Flaw) {
        let failure = #expect(throws: NameFailure.self) { try Mailbox(text) }
        guard case .mail(let actual, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(actual == flaw)
    }
}
