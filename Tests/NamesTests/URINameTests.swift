import SymbolonNames
import Testing

@Suite("RFC 3986: URIs that name a peer")
struct URINameTests {
    @Test(
        "takes, with scheme and host in canonical form",
        arguments: [
            ("https://example.com", "https://example.com"),
            ("HTTPS://Example.COM:8443/A?b#C", "https://example.com:8443/A?b#C"),
            ("https://192.0.2.1/x", "https://192.0.2.1/x"),
            ("https://[2001:DB8:0::1]:443/", "https://[2001:db8::1]:443/"),
            ("urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            ("tag:example.com,2026:x", "tag:example.com,2026:x"),
            ("x+y-1.z:/path", "x+y-1.z:/path"),
            ("https://example.com/%7Ea", "https://example.com/%7Ea"),
            ("https://example.com/a@b", "https://example.com/a@b"),
        ])
    func canonical(_ text: String, _ canonical: String) throws {
        let uri = try URIName(text)
        #expect(uri.description == canonical)
        #expect(try URIName(canonical) == uri)
    }

    @Test("says what its host is")
    func host() throws {
        #expect(try URIName("https://Example.com/").host == .dns(DNSName("example.com")))
        #expect(try URIName("https://192.0.2.1").host == .ip(IPAddress("192.0.2.1")))
        #expect(try URIName("https://[::1]").host == .ip(IPAddress("::1")))
        #expect(try URIName("urn:x:y").host == .none)
        #expect(try URIName("HTTPS://a").scheme == "https")
    }

    @Test(
        "refuses where two readers could differ",
        arguments: [
            ("", URIName.Flaw.empty),
            ("example.com/path", .noScheme),
            ("//example.com/path", .noScheme),
            ("1http://example.com", .noScheme),
            ("ht_tp://example.com", .noScheme),
            (":x", .noScheme),
            ("https:", .nothingBehindScheme),
            ("spiffe://example.org/web", .spiffeScheme),
            ("SPIFFE://example.org/web", .spiffeScheme),
            ("https://user@example.com/", .userInformation),
            ("https://example.com@evil.example/", .userInformation),
            ("https:///path", .emptyHost),
            ("https://", .emptyHost),
            ("https://:443/", .emptyHost),
            ("https://?x", .emptyHost),
            ("file:///etc/x", .emptyHost),
            ("https://[fe80::1%25x]/", .zone),
            ("https://[fe80::1%x]/", .percentEscape(at: 16)),
            ("https://example.com:/", .port),
            ("https://example.com:0/", .port),
            ("https://example.com:080/", .port),
            ("https://example.com:65536/", .port),
            ("https://example.com:8x/", .port),
            ("https://example.com:80:80/", .port),
            ("https://[::1/", .brackets),
            ("https://[::1]x/", .brackets),
            ("https://[v1.x:y]/", .hostAddress(.character(0x76, at: 9))),
            ("https://[192.0.2.1]/", .hostAddress(.groups(0))),
            ("https://[]/", .hostAddress(.groups(0))),
            ("https://192.0.2.1.5/", .hostAddress(.notFourNumbers)),
            ("https://127.1/", .hostAddress(.notFourNumbers)),
            ("https://0x7f.1/", .hostName(.numericFinalLabel("1"))),
            ("https://ex%61mple.com/", .hostName(.character(0x25, at: 10))),
            ("https://example.com./", .hostName(.finalDot)),
            ("https://a_b.example/", .hostName(.underscore(at: 9))),
            ("https://*.example.com/", .hostName(.wildcard)),
            ("https://example.com\\@evil.example/", .character(0x5C, at: 19)),
            ("https://example.com/a b", .character(0x20, at: 21)),
            ("https://example.com/\u{0}", .character(0, at: 20)),
            ("https://ex\u{430}mple.com/", .character(0xD0, at: 10)),
            ("https://example.com/%4", .percentEscape(at: 20)),
            ("https://example.com/%zz", .percentEscape(at: 20)),
            ("https://example.com/[x]", .character(0x5B, at: 20)),
            ("urn:x:[y]", .character(0x5B, at: 6)),
        ])
    func refusal(_ text: String, _ flaw: URIName.Flaw) {
        let failure = #expect(throws: NameFailure.self) { try URIName(text) }
        guard case .uri(let actual, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(actual == flaw)
    }

    @Test("has 2048 octets at most")
    func length() throws {
        let longest = "urn:" + String(repeating: "a", count: 2044)
        #expect(try URIName(longest).scheme == "urn")
        #expect(throws: NameFailure.self) { try URIName(longest + "a") }
    }
}
