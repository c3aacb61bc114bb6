import SymbolonNames
import Testing

@Suite("SPIFFE-ID standard, section 2: one spelling for each identity")
struct SPIFFEIDTests {
    @Test(
        "takes",
        arguments: [
            ("spiffe://example.org", "example.org", []),
            ("spiffe://example.org/web", "example.org", ["web"]),
            ("spiffe://example.org/ns/a-b_c.D/9", "example.org", ["ns", "a-b_c.D", "9"]),
            ("spiffe://my_domain-1.x/...", "my_domain-1.x", ["..."]),
            ("spiffe://1.2.3.4/service", "1.2.3.4", ["service"]),
        ])
    func parsing(_ text: String, _ domain: String, _ path: [String]) throws {
        let id = try SPIFFEID(text)
        #expect(id.description == text)
        #expect(try id.trustDomain == TrustDomain(domain))
        #expect(id.path == path)
        #expect(try SPIFFEID(trustDomain: id.trustDomain, path: id.path) == id)
    }

    @Test(
        "W01: refuses",
        arguments: [
            ("", SPIFFEID.Flaw.empty),
            ("example.org/web", .otherScheme),
            ("https://example.org/web", .otherScheme),
            ("spiffe:/example.org/web", .otherScheme),
            ("spiffe:example.org/web", .otherScheme),
            ("SPIFFE://example.org/web", .upperCaseScheme),
            ("Spiffe://example.org/web", .upperCaseScheme),
            ("spiffe://", .emptyTrustDomain),
            ("spiffe:///web", .emptyTrustDomain),
            ("spiffe://Example.org/web", .upperCaseTrustDomain(at: 9)),
            ("spiffe://user@example.org/web", .userInformation),
            ("spiffe://user:pass@example.org/web", .userInformation),
            ("spiffe://example.org:443/web", .port),
            ("spiffe://example.org:/web", .port),
            ("spiffe://ex%61mple.org/web", .percentEscape(at: 11)),
            ("spiffe://example.org/w%65b", .percentEscape(at: 22)),
            ("spiffe://example.org/web?x=1", .query),
            ("spiffe://example.org?x", .query),
            ("spiffe://example.org/web?", .query),
            ("spiffe://example.org/web#x", .fragment),
            ("spiffe://example.org#", .fragment),
            ("spiffe://example.org//web", .emptySegment(at: 21)),
            ("spiffe://example.org/a//b", .emptySegment(at: 23)),
            ("spiffe://example.org/./web", .dotSegment(at: 21)),
            ("spiffe://example.org/a/..", .dotSegment(at: 23)),
            ("spiffe://example.org/a/../b", .dotSegment(at: 23)),
            ("spiffe://example.org/", .finalSlash),
            ("spiffe://example.org/web/", .finalSlash),
            ("spiffe://example.org/a//", .emptySegment(at: 23)),
            ("spiffe://example.org/we b", .character(0x20, at: 23)),
            ("spiffe://example.org/web\u{0}", .character(0, at: 24)),
            ("spiffe://example.org/a:b", .character(0x3A, at: 22)),
            ("spiffe://example.org/a*", .character(0x2A, at: 22)),
            ("spiffe://example.org/w\u{e9}b", .character(0xC3, at: 22)),
            ("spiffe://ex\u{430}mple.org/web", .character(0xD0, at: 11)),
            ("spiffe://[::1]/web", .character(0x5B, at: 9)),
            ("spiffe://example.org\\web", .character(0x5C, at: 20)),
            (" spiffe://example.org/web", .otherScheme),
            ("spiffe://example.org/web\n", .character(10, at: 24)),
        ])
    func refusal(_ text: String, _ flaw: SPIFFEID.Flaw) {
        let failure = #expect(throws: NameFailure.self) { try SPIFFEID(text) }
        guard case .spiffe(let actual, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(actual == flaw)
    }

    @Test("W01: 2048 octets are taken and 2049 are not")
    func length() throws {
        let start = "spiffe://example.org/"
        let longest = start + String(repeating: "a", count: 2048 - start.utf8.count)
        #expect(try SPIFFEID(longest).path.count == 1)
        let failure = #expect(throws: NameFailure.self) { try SPIFFEID(longest + "a") }
        guard case .spiffe(.tooLong(octets: 2049), let text) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(text.count < 200)
    }

    @Test("a trust domain has 255 octets at most")
    func trustDomainLength() throws {
        let longest = String(repeating: "a", count: 255)
        #expect(try TrustDomain(longest).id.description == "spiffe://" + longest)
        #expect(throws: NameFailure.self) { try TrustDomain(longest + "a") }
        #expect(throws: NameFailure.self) { try SPIFFEID("spiffe://" + longest + "a/web") }
    }

    @Test(
        "a trust domain is a bare name",
        arguments: ["", "spiffe://example.org", "example.org/", "Example.org", "a@b", "a:1", "a b"])
    func trustDomainRefusal(_ text: String) {
        #expect(throws: NameFailure.self) { try TrustDomain(text) }
    }

    @Test("a path made from segments is checked as one that is read")
    func composition() throws {
        let domain = try TrustDomain("example.org")
        #expect(
            try SPIFFEID(trustDomain: domain, path: ["person", "alice"]).description
                == "spiffe://example.org/person/alice")
        #expect(try SPIFFEID(trustDomain: domain, path: []) == domain.id)
        for path in [["a/b"], ["a", "b/c"], [""], ["a", ""], [".."], ["a", "."], ["a?b"], ["%41"], ["a/"], ["/a"]] {
            #expect(throws: NameFailure.self) { try SPIFFEID(trustDomain: domain, path: path) }
        }
    }
}
