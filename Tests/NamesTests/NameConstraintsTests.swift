import SymbolonNames
import Testing

@Suite("RFC 5280 §4.2.1.10: name constraints")
struct NameConstraintsTests {
    static func dns(_ text: String) throws -> NameSubtree { .dns(try DNSSubtree(text)) }
    static func mail(_ text: String) throws -> NameSubtree { .mail(try MailSubtree(text)) }
    static func uri(_ text: String) throws -> NameSubtree { .uri(try URISubtree(text)) }
    static func ip(_ text: String) throws -> NameSubtree { .ip(try IPNetwork(text)) }

    @Test(
        "a DNS subtree is a name and all below it",
        arguments: [
            ("example.com", "example.com", true),
            ("example.com", "foo.bar.example.com", true),
            ("example.com", "*.example.com", true),
            ("example.com", "*.foo.example.com", true),
            ("example.com", "not-example.com", false),
            ("example.com", "example.org", false),
            ("foo.example.com", "example.com", false),
            ("foo.example.com", "*.example.com", false),
            ("", "anything.example", true),
            ("", "*.example.com", true),
        ])
    func permittedDNS(_ subtree: String, _ name: String, _ isPermitted: Bool) throws {
        let presented = SubjectName.dns(try DNSPattern(name))
        let constraints = try NameConstraints(permitted: [Self.dns(subtree)])
        let expected: NameConstraintViolation? =
            isPermitted ? nil : .notPermitted(presented, permitted: try [Self.dns(subtree)])
        #expect(constraints.violation(by: presented) == expected)
    }

    @Test(
        "X05: an excluded subtree binds a wildcard that stands for any name in it",
        arguments: [
            ("test.example.com", "*.example.com", true),
            ("example.com", "*.example.com", true),
            ("com", "*.example.com", true),
            ("", "*.example.com", true),
            ("test.example.com", "*.test.example.com", true),
            ("a.test.example.com", "*.example.com", false),
            ("test.example.com", "*.other.example.com", false),
            ("test.example.org", "*.example.com", false),
            ("test.example.com", "test.example.com", true),
            ("test.example.com", "a.test.example.com", true),
            ("test.example.com", "other.example.com", false),
            ("test.example.com", "example.com", false),
        ])
    func excludedDNS(_ subtree: String, _ name: String, _ isExcluded: Bool) throws {
        let presented = SubjectName.dns(try DNSPattern(name))
        let constraints = try NameConstraints(excluded: [Self.dns(subtree)])
        let expected: NameConstraintViolation? = isExcluded ? .excluded(presented, by: try Self.dns(subtree)) : nil
        #expect(constraints.violation(by: presented) == expected)
    }

    @Test(
        "X06: case makes no difference to a DNS or URI subtree, or to the domain of a mailbox",
        arguments: [
            ("Example.COM", "dns:example.com"), ("Example.COM", "dns:*.EXAMPLE.com"),
            ("example.com", "dns:WWW.Example.Com"),
        ])
    func caseOfDNS(_ subtree: String, _ name: String) throws {
        let presented = try SubjectName(name)
        #expect(try NameConstraints(excluded: [Self.dns(subtree)]).violation(by: presented) != nil)
        #expect(try NameConstraints(permitted: [Self.dns(subtree)]).violation(by: presented) == nil)
    }

    @Test("X06: case makes no difference to hosts in URI and mail subtrees")
    func caseOfOthers() throws {
        #expect(
            try NameConstraints(excluded: [Self.uri(".Example.ORG")]).violation(
                by: SubjectName("spiffe://a.example.org/web")) != nil)
        #expect(
            try NameConstraints(excluded: [Self.mail("Example.ORG")]).violation(by: SubjectName("mail:a@example.org"))
                != nil)
    }

    @Test(
        "a leading dot in a DNS subtree is refused",
        arguments: [".example.com", "*.example.com", "example.com.", "1.2.3.4", "a_b", "."])
    func malformedDNSSubtree(_ text: String) {
        #expect(throws: NameFailure.self) { try DNSSubtree(text) }
    }

    @Test(
        "an address lies in a network of its kind",
        arguments: [
            ("192.0.2.0/24", "192.0.2.1", true),
            ("192.0.2.0/24", "192.0.3.1", false),
            ("::1/128", "::1", true),
            ("192.0.2.0/24", "::1", false),
            ("::/0", "192.0.2.1", false),
        ])
    func addresses(_ network: String, _ address: String, _ isInside: Bool) throws {
        let presented = SubjectName.ip(try IPAddress(address))
        let subtree = try Self.ip(network)
        #expect((NameConstraints(permitted: [subtree]).violation(by: presented) == nil) == isInside)
        #expect((NameConstraints(excluded: [subtree]).violation(by: presented) == nil) == !isInside)
    }

    @Test(
        "a mail subtree is a mailbox, a host or what lies below a domain",
        arguments: [
            ("foo@example.com", "foo@example.com", true),
            ("foo@example.com", "Foo@example.com", false),
            ("foo@example.com", "foo@a.example.com", false),
            ("example.com", "foo@example.com", true),
            ("example.com", "foo@a.example.com", false),
            (".example.com", "foo@a.example.com", true),
            (".example.com", "foo@a.b.example.com", true),
            (".example.com", "foo@example.com", false),
            (".example.com", "foo@notexample.com", false),
            ("**@example.com", "*@example.com", false),
            ("*@example.com", "a@example.com", false),
        ])
    func mail(_ text: String, _ mailbox: String, _ isInside: Bool) throws {
        let presented = SubjectName.mail(try Mailbox(mailbox))
        let subtree = try Self.mail(text)
        #expect((NameConstraints(permitted: [subtree]).violation(by: presented) == nil) == isInside)
        #expect((NameConstraints(excluded: [subtree]).violation(by: presented) == nil) == !isInside)
    }

    @Test("X26: an empty mail subtree, of which the RFC says nothing, permits no mailbox and excludes every one")
    func emptyMailSubtree() throws {
        let presented = SubjectName.mail(try Mailbox("foo@example.com"))
        let empty = try Self.mail("")
        #expect(
            NameConstraints(permitted: [empty]).violation(by: presented) == .notPermitted(presented, permitted: [empty])
        )
        #expect(NameConstraints(excluded: [empty]).violation(by: presented) == .excluded(presented, by: empty))
        #expect(NameConstraints(permitted: [empty, try Self.mail("example.com")]).violation(by: presented) == nil)
    }

    @Test(
        "a malformed mail subtree is refused",
        arguments: ["invalid@invalid@example.com", "@example.com", ".", "..a", "a@", "a b", ".\u{301}a"])
    func malformedMailSubtree(_ text: String) {
        #expect(throws: NameFailure.self) { try MailSubtree(text) }
    }

    @Test(
        "X08: each of several mail subtrees counts",
        arguments: [
            ("alice@a.example", true), ("alice@b.example", true), ("alice@c.example", false), ("bob@a.example", false),
        ])
    func severalMailSubtrees(_ mailbox: String, _ isInside: Bool) throws {
        let presented = SubjectName.mail(try Mailbox(mailbox))
        let subtrees = [try Self.mail("alice@a.example"), try Self.mail("alice@b.example")]
        for order in [subtrees, subtrees.reversed()] {
            #expect((NameConstraints(permitted: order).violation(by: presented) == nil) == isInside)
            #expect((NameConstraints(excluded: order).violation(by: presented) == nil) == !isInside)
        }
    }

    @Test(
        "a URI subtree is a host or what lies below a domain, and a trust domain is a host",
        arguments: [
            ("example.org", "spiffe://example.org/web", true),
            ("example.org", "spiffe://a.example.org/web", false),
            (".example.org", "spiffe://a.example.org/web", true),
            (".example.org", "spiffe://example.org/web", false),
            ("example.org", "spiffe://example.com/example.org", false),
            ("example.org", "uri:https://example.org:443/x", true),
            ("example.org", "uri:https://notexample.org/", false),
            ("my_domain", "spiffe://my_domain/web", true),
            ("", "spiffe://example.org/web", true),
        ])
    func uris(_ text: String, _ name: String, _ isInside: Bool) throws {
        let presented = try SubjectName(name)
        let subtree = try Self.uri(text)
        #expect((NameConstraints(permitted: [subtree]).violation(by: presented) == nil) == isInside)
        #expect((NameConstraints(excluded: [subtree]).violation(by: presented) == nil) == !isInside)
    }

    @Test(
        "X07: a URI without a host name is refused under a constraint on URIs, permitted or excluded",
        arguments: [
            "uri:urn:example:x", "uri:https://192.0.2.1/", "uri:https://[2001:db8::1]/", "spiffe://1.2.3.4/web",
            "spiffe://a..b/web",
            "spiffe://-/web",
        ])
    func noHost(_ name: String) throws {
        let presented = try SubjectName(name)
        for subtree in try [Self.uri("example.org"), Self.uri("")] {
            #expect(NameConstraints(permitted: [subtree]).violation(by: presented) == .noHost(presented))
            #expect(NameConstraints(excluded: [subtree]).violation(by: presented) == .noHost(presented))
        }
        #expect(NameConstraints().violation(by: presented) == nil)
        #expect(try NameConstraints(permitted: [Self.dns("example.org")]).violation(by: presented) == nil)
    }

    @Test(
        "X07: a URI with a zone, a user, a port in a SPIFFE ID or no host never becomes a name",
        arguments: [
            "https://[fe80::1%25x]/", "https://user@example.org/", "https:///x", "spiffe://example.org:443/web",
            "spiffe://user@example.org/web",
            "spiffe:///web", "SPIFFE://example.org/web",
        ])
    func ambiguousURI(_ text: String) {
        #expect(throws: NameFailure.self) { try SubjectName(uri: text) }
    }

    @Test("excluded wins over permitted")
    func precedence() throws {
        let constraints = try NameConstraints(
            permitted: [Self.dns("example.com")], excluded: [Self.dns("a.example.com")])
        let outside = try SubjectName("dns:a.example.com")
        #expect(constraints.violation(by: outside) == .excluded(outside, by: try Self.dns("a.example.com")))
        #expect(try constraints.violation(by: SubjectName("dns:b.example.com")) == nil)
    }

    @Test(
        "a kind without subtrees is free, whatever the other kinds have",
        arguments: [
            "ip:192.0.2.1", "mail:a@example.org", "spiffe://example.org/web", "uri:urn:x:y",
        ])
    func otherKinds(_ name: String) throws {
        let constraints = try NameConstraints(permitted: [Self.dns("example.com")], excluded: [Self.dns("")])
        #expect(try constraints.violation(by: SubjectName(name)) == nil)
    }

    @Test("one subtree of the kind is enough when several are permitted")
    func severalPermitted() throws {
        let constraints = try NameConstraints(permitted: [
            Self.dns("a.example"), Self.ip("10.0.0.0/8"), Self.dns("b.example"),
        ])
        #expect(try constraints.violation(by: SubjectName("dns:x.b.example")) == nil)
        #expect(try constraints.violation(by: SubjectName("dns:x.c.example")) != nil)
        #expect(try constraints.violation(by: SubjectName("ip:10.1.1.1")) == nil)
        #expect(try constraints.violation(by: SubjectName("ip:11.1.1.1")) != nil)
    }

    @Test(
        "X09: a name of a kind that is constrained but not compared is refused", arguments: [0, 3, 4, 5, 8] as [UInt8])
    func unsupportedKinds(_ tag: UInt8) {
        for constraints in [
            NameConstraints(permitted: [.unsupported(tag: tag)]), NameConstraints(excluded: [.unsupported(tag: tag)]),
        ] {
            #expect(constraints.violation(byKind: tag) == .unsupportedKind(tag: tag))
            #expect(constraints.violation(byKind: tag == 0 ? 8 : 0) == nil)
        }
        #expect(NameConstraints().violation(byKind: tag) == nil)
    }

    @Test("X09: a subtree we could not read refuses every name of its kind, and only those")
    func unreadableSubtree() throws {
        let name = try SubjectName("dns:a.example.com")
        let permitted = try NameConstraints(permitted: [Self.dns("example.com"), .unsupported(tag: 2)])
        #expect(permitted.violation(by: name) == .unsupportedKind(tag: 2))
        #expect(NameConstraints(excluded: [.unsupported(tag: 2)]).violation(by: name) == .unsupportedKind(tag: 2))
        #expect(NameConstraints(excluded: [.unsupported(tag: 1)]).violation(by: name) == nil)
    }

    @Test("subtrees print the text that they were read from", arguments: ["", "example.com"])
    func description(_ text: String) throws {
        #expect(try DNSSubtree(text).description == text)
        #expect(try MailSubtree(text).description == text)
        #expect(try URISubtree(text).description == text)
        #expect(try MailSubtree(".example.com").description == ".example.com")
        #expect(try URISubtree(".example.com").description == ".example.com")
        #expect(try MailSubtree("a@example.com").description == "a@example.com")
    }

    @Test("the cost of one name is known before it is spent")
    func cost() throws {
        let constraints = try NameConstraints(
            permitted: [Self.dns("a"), Self.dns("b")], excluded: [Self.ip("10.0.0.0/8")])
        #expect(constraints.comparisonsPerName == 3)
    }

    @Test("a violation says the name and the constraint")
    func explanation() throws {
        let name = try SubjectName("dns:a.example.com")
        let excluded = try NameConstraints(excluded: [Self.dns("example.com")]).violation(by: name)
        #expect(excluded?.explanation == "dns:a.example.com lies in the excluded subtree dns:example.com")
        let many = try (1...6).map { try Self.dns("x\($0).example") }
        #expect(
            NameConstraints(permitted: many).violation(by: name)?.explanation
                == "dns:a.example.com lies in none of the permitted subtrees dns:x1.example, dns:x2.example, dns:x3.example, "
                + "dns:x4.example, …")
    }
}
