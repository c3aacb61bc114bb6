import SymbolonNames
import Testing

@Suite("RFC 9525 §6: what we expect against what is presented")
struct ReferenceNameTests {
    static let presented = [
        "spiffe://example.org/web", "dns:web.example.org", "dns:*.example.org", "ip:192.0.2.1", "mail:web@example.org",
        "uri:https://web.example.org/",
    ]

    @Test(
        "a reference matches the presented names of its own kind alone",
        arguments: [
            ("spiffe://example.org/web", [0]),
            ("spiffe://example.org/web/x", []),
            ("spiffe://example.org", []),
            ("dns:web.example.org", [1, 2]),
            ("dns:Other.Example.org.", [2]),
            ("dns:example.org", []),
            ("ip:192.0.2.1", [3]),
            ("ip:::ffff:192.0.2.1", []),
            ("mail:web@EXAMPLE.org", [4]),
            ("mail:Web@example.org", []),
            ("uri:HTTPS://WEB.example.org/", [5]),
            ("uri:https://web.example.org", []),
        ])
    func matching(_ text: String, _ matches: [Int]) throws {
        let reference = try ReferenceName(text)
        let presented = try Self.presented.map { try SubjectName($0) }
        #expect(presented.indices.filter { reference.matches(presented[$0]) } == matches)
    }

    @Test("T29: an address is never proved by a DNS name that looks like it")
    func addressInDNSName() throws {
        #expect(throws: NameFailure.dns(.numericFinalLabel("1"), in: "192.0.2.1")) { try SubjectName("dns:192.0.2.1") }
        #expect(throws: NameFailure.dns(.numericFinalLabel("1"), in: "192.0.2.1")) {
            try ReferenceName("dns:192.0.2.1")
        }
        #expect(throws: NameFailure.dns(.wildcardTooWide, in: "*")) { try SubjectName("dns:*") }
    }

    @Test("a reference is one name, never a pattern")
    func wildcardReference() {
        #expect(throws: NameFailure.dns(.wildcard, in: "*.example.org")) { try ReferenceName("dns:*.example.org") }
    }

    @Test(
        "a name without its kind is refused with the kinds there are",
        arguments: ["example.org", "", "DNS:example.org", "dns", "ip", "192.0.2.1", "a:b"])
    func kindMissing(_ text: String) {
        #expect(throws: NameFailure.kindMissing(in: text)) { try ReferenceName(text) }
        #expect(throws: NameFailure.kindMissing(in: text)) { try SubjectName(text) }
    }

    @Test("W01: a SPIFFE ID keeps its strict rules behind uri: and in any case of its scheme")
    func spiffeAsURI() throws {
        #expect(try SubjectName("uri:spiffe://example.org/web") == SubjectName("spiffe://example.org/web"))
        #expect(try ReferenceName("uri:spiffe://example.org/web") == ReferenceName("spiffe://example.org/web"))
        for (text, flaw) in [
            ("SPIFFE://example.org/web", SPIFFEID.Flaw.upperCaseScheme), ("spiffe://example.org/", .finalSlash),
            ("Spiffe:x", .otherScheme),
        ] {
            #expect(throws: NameFailure.spiffe(flaw, in: text)) { try SubjectName(uri: text) }
            #expect(throws: NameFailure.spiffe(flaw, in: text)) { try ReferenceName("uri:\(text)") }
        }
    }

    @Test("the description is read back as the same name", arguments: presented)
    func roundTrip(_ text: String) throws {
        #expect(try SubjectName(text).description == text)
        #expect(try SubjectName(SubjectName(text).description) == SubjectName(text))
        guard !text.contains("*") else { return }
        #expect(try ReferenceName(text).description == text)
    }
}
