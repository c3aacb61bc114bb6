import SymbolonNames
import Testing

@Suite("RFC 9525 §6.3: what a presented DNS name matches")
struct DNSPatternTests {
    @Test("one host matches itself in any case, and nothing else")
    func host() throws {
        let pattern = try DNSPattern("Web.Example.COM")
        #expect(pattern.description == "web.example.com")
        #expect(try pattern.matches(DNSName("WEB.example.com")))
        #expect(try !pattern.matches(DNSName("example.com")))
        #expect(try !pattern.matches(DNSName("a.web.example.com")))
        #expect(try !pattern.matches(DNSName("webbexample.com")))
    }

    @Test(
        "T29: a wildcard stands for exactly one whole label",
        arguments: [
            ("foo.example.com", true),
            ("xn--bcher-kva.example.com", true),
            ("FOO.EXAMPLE.COM", true),
            ("example.com", false),
            ("a.foo.example.com", false),
            ("fooexample.com", false),
            ("foo.example.org", false),
            ("com", false),
        ])
    func wildcard(_ name: String, _ isMatch: Bool) throws {
        #expect(try DNSPattern("*.Example.com").matches(DNSName(name)) == isMatch)
    }

    @Test("a wildcard keeps its canonical text")
    func canonical() throws {
        let pattern = try DNSPattern("*.EXAMPLE.com")
        #expect(pattern.description == "*.example.com")
        #expect(pattern.isWildcard)
        #expect(try pattern.base == DNSName("example.com"))
        #expect(try DNSPattern(operatorInput: "*.example.com.") == pattern)
        #expect(try DNSPattern(DNSName("example.com")) == DNSPattern("example.com"))
    }

    @Test(
        "T29: refuses in a certificate",
        arguments: [
            ("f*.example.com", DNSName.Flaw.partialWildcard(at: 1)),
            ("*f.example.com", .partialWildcard(at: 0)),
            ("ba*.example.com", .partialWildcard(at: 2)),
            ("xn--*-1b3c148a.example.com", .partialWildcard(at: 4)),
            ("foo.*.example.com", .partialWildcard(at: 4)),
            ("*.*.example.com", .partialWildcard(at: 2)),
            ("**.example.com", .partialWildcard(at: 1)),
            ("example.*", .partialWildcard(at: 8)),
            ("*", .wildcardTooWide),
            ("*.", .wildcardTooWide),
            ("*.com", .wildcardTooWide),
            ("*.localhost", .wildcardTooWide),
            ("*..com", .emptyLabel(at: 2)),
            ("*.example.com.", .finalDot),
            ("*.2.3.4", .numericFinalLabel("4")),
            ("*.a_b.com", .underscore(at: 3)),
            ("192.0.2.1", .numericFinalLabel("1")),
            ("www.example.com\u{0}.evil.example", .controlCharacter(0, at: 15)),
            ("*.b\u{fc}cher.example", .notASCII(at: 3)),
            ("www.example.com.", .finalDot),
            (".example.com", .emptyLabel(at: 0)),
            ("", .empty),
        ])
    func refusal(_ text: String, _ flaw: DNSName.Flaw) {
        let failure = #expect(throws: NameFailure.self) { try DNSPattern(text) }
        guard case .dns(let actual, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(actual == flaw)
    }

    @Test("a wildcard that leaves no room for its label's octets is refused as too long")
    func length() throws {
        let base = (0..<4).map { _ in String(repeating: "a", count: 62) }.joined(separator: ".")
        #expect(base.utf8.count == 251)
        #expect(try DNSPattern("*." + base).isWildcard)
        #expect(throws: NameFailure.self) { try DNSPattern("*." + base + "a") }
    }
}
