import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

/// GeneralSubtrees written by hand, for what the codec refuses to write.
private enum Raw {
    static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] { [tag, UInt8(content.count)] + content }

    static func extensionValue(permitted: [UInt8]? = nil, excluded: [UInt8]? = nil) -> [UInt8] {
        element(0x30, (permitted.map { element(0xA0, $0) } ?? []) + (excluded.map { element(0xA1, $0) } ?? []))
    }

    static func subtree(_ tag: UInt8, _ base: [UInt8], distance: [UInt8] = []) -> [UInt8] {
        element(0x30, element(tag, base) + distance)
    }

    static func text(_ tag: UInt8, _ text: String) -> [UInt8] { subtree(tag, Array(text.utf8)) }

    static let mail: UInt8 = 0x81
    static let dns: UInt8 = 0x82
    static let uri: UInt8 = 0x86
    static let ip: UInt8 = 0x87
    static let registeredID: UInt8 = 0x88
    /// OtherName of a type of nobody's, with a UTF8String.
    static let otherName: [UInt8] = [0x06, 0x03, 0x2A, 0x03, 0x04, 0xA0, 0x03, 0x0C, 0x01, 0x61]
}

private let violated = "nameConstraintViolated"
private let malformed = "malformed"

extension Ruled {
    /// The issuing certificate has these constraints, the leaf these names.
    fileprivate static func under(
        permitted: [UInt8]? = nil, excluded: [UInt8]? = nil, _ names: [GeneralName], _ description: String,
        _ reason: String?, for purpose: Purpose = .server
    ) -> Ruled {
        Ruled(description, reason, for: purpose) { chain in
            chain.leaf.names = names
            if purpose == .mail { chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.emailProtection) }
            chain.issuing.set(
                .nameConstraints, isCritical: true, to: Raw.extensionValue(permitted: permitted, excluded: excluded))
        }
    }
}

@Suite("RFC 5280 §4.2.1.10: name constraints, kind by kind and form by form")
struct NameConstraintFamily {
    private static let web: [GeneralName] = [.dns("web.example.internal")]
    private static let wildcard: [GeneralName] = [.dns("*.example.internal")]
    private static let local: [GeneralName] = [.ip([127, 0, 0, 1])]
    private static let alice: [GeneralName] = [.mail("alice@example.internal")]
    private static func dns(_ text: String) -> [UInt8] { Raw.text(Raw.dns, text) }
    private static func mail(_ text: String) -> [UInt8] { Raw.text(Raw.mail, text) }
    private static func uri(_ text: String) -> [UInt8] { Raw.text(Raw.uri, text) }
    private static func ip(_ octets: [UInt8]) -> [UInt8] { Raw.subtree(Raw.ip, octets) }

    @Test(
        "DNS names",
        arguments: [
            .under(permitted: dns(""), web, "an empty permitted name is every name", nil),
            .under(excluded: dns(""), web, "an empty excluded name is every name", violated),
            .under(permitted: dns("EXAMPLE.Internal"), web, "letter case does not count", nil),
            .under(permitted: dns("web.example.internal"), web, "the name itself", nil),
            .under(permitted: dns("internal"), web, "a name of one label", nil),
            .under(permitted: dns("ample.internal"), web, "X06: whole labels only, permitted", violated),
            .under(excluded: dns("ample.internal"), web, "whole labels only, excluded", nil),
            .under(excluded: dns("EXAMPLE.INTERNAL"), web, "X06: excluded in capitals", violated),
            .under(excluded: dns("a.web.example.internal"), web, "excluded below the name", nil),
            .under(permitted: dns("a.test") + dns("example.internal"), web, "the second of two permitted", nil),
            .under(excluded: dns("a.test") + dns("example.internal"), web, "the second of two excluded", violated),
            .under(
                permitted: dns("example.internal"), excluded: dns("web.example.internal"), web,
                "permitted and excluded", violated),
            .under(permitted: dns(".example.internal"), web, "a leading full stop", malformed),
            .under(excluded: dns(".example.internal"), web, "a leading full stop, excluded", malformed),
            .under(permitted: dns("example.internal."), web, "a full stop at the end", malformed),
            .under(permitted: dns("*.example.internal"), web, "a wildcard", malformed),
            .under(permitted: dns("exa mple.internal"), web, "a blank", malformed),
            .under(excluded: dns("a..internal"), web, "an empty label", malformed),
        ] as [Ruled])
    func names(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "X05: wildcards are held to every host that they stand for",
        arguments: [
            .under(permitted: dns("example.internal"), wildcard, "permitted above", nil),
            .under(permitted: dns("web.example.internal"), wildcard, "permitted is one of its hosts", violated),
            .under(excluded: dns("web.example.internal"), wildcard, "excluded is one of its hosts", violated),
            .under(excluded: dns("WEB.example.internal"), wildcard, "X06: excluded host in capitals", violated),
            .under(excluded: dns("a.web.example.internal"), wildcard, "excluded is below its hosts", nil),
            .under(excluded: dns("example.internal"), wildcard, "excluded above", violated),
            .under(excluded: dns("other.internal"), wildcard, "excluded elsewhere", nil),
        ] as [Ruled])
    func wildcards(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "addresses",
        arguments: [
            .under(permitted: ip([127, 0, 0, 0, 255, 0, 0, 0]), local, "within", nil),
            .under(permitted: ip([127, 0, 0, 1, 255, 255, 255, 255]), local, "the address itself", nil),
            .under(permitted: ip([127, 0, 0, 2, 255, 255, 255, 255]), local, "its neighbour", violated),
            .under(permitted: ip([0, 0, 0, 0, 0, 0, 0, 0]), local, "every IPv4 address", nil),
            .under(excluded: ip([0, 0, 0, 0, 0, 0, 0, 0]), local, "no IPv4 address", violated),
            .under(permitted: ip([UInt8](repeating: 0, count: 32)), local, "only IPv6 addresses", violated),
            .under(excluded: ip([UInt8](repeating: 0, count: 32)), local, "no IPv6 address", nil),
            .under(permitted: ip([10, 0, 0, 0, 255, 0, 0, 0]), web, "a DNS name is another kind", nil),
            .under(permitted: ip([127, 0, 0, 0, 255, 0, 255, 0]), local, "a mask with a hole", malformed),
            .under(permitted: ip([127, 0, 0, 0, 0, 255, 255, 255]), local, "a mask turned round", malformed),
            .under(permitted: ip([127, 0, 0, 1]), local, "an address without a mask", malformed),
            .under(permitted: ip([127, 0, 0, 0, 8]), local, "five octets", malformed),
            .under(permitted: ip([UInt8](repeating: 0, count: 16)), local, "sixteen octets", malformed),
            .under(permitted: ip([UInt8](repeating: 0, count: 31)), local, "thirty-one octets", malformed),
            .under(permitted: ip([]), local, "none", malformed),
        ] as [Ruled])
    func addresses(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "mailboxes",
        arguments: [
            .under(permitted: mail("alice@example.internal"), alice, "the mailbox", nil, for: .mail),
            .under(permitted: mail("alice@EXAMPLE.internal"), alice, "the host in capitals", nil, for: .mail),
            .under(permitted: mail("Alice@example.internal"), alice, "the local part exactly", violated, for: .mail),
            .under(permitted: mail("example.internal"), alice, "its host", nil, for: .mail),
            .under(permitted: mail(".example.internal"), alice, "only below its host", violated, for: .mail),
            .under(permitted: mail(".internal"), alice, "below a domain", nil, for: .mail),
            .under(permitted: mail("internal"), alice, "a host above is another host", violated, for: .mail),
            .under(permitted: mail("*@example.internal"), alice, "an asterisk is an asterisk", violated, for: .mail),
            .under(
                permitted: mail("*@example.internal"), [.mail("*@example.internal")], "a mailbox of that name", nil,
                for: .mail),
            .under(
                permitted: mail("**@example.internal"), [.mail("*@example.internal")], "two asterisks", violated,
                for: .mail),
            .under(excluded: mail("alice@example.internal"), alice, "X08: the mailbox, excluded", violated, for: .mail),
            .under(excluded: mail("eve@example.internal"), alice, "X08: another, excluded", nil, for: .mail),
            .under(
                excluded: mail("eve@example.internal") + mail("alice@example.internal"), alice,
                "X08: the second of two excluded", violated, for: .mail),
            .under(excluded: mail("example.internal"), alice, "its host, excluded", violated, for: .mail),
            .under(excluded: mail(""), alice, "every mailbox, excluded", violated, for: .mail),
            .under(permitted: mail("alice@"), alice, "no host", malformed, for: .mail),
            .under(permitted: mail("@example.internal"), alice, "no local part", malformed, for: .mail),
            .under(permitted: mail("a b@example.internal"), alice, "a blank", malformed, for: .mail),
            .under(permitted: mail("..internal"), alice, "two leading full stops", malformed, for: .mail),
        ] as [Ruled])
    func mailboxes(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "X07: URIs",
        arguments: [
            .under(permitted: uri("a.internal"), [.uri("https://a.internal/x")], "its host", nil),
            .under(permitted: uri(".internal"), [.uri("https://a.internal/x")], "below a domain", nil),
            .under(permitted: uri("internal"), [.uri("https://a.internal/x")], "a host above", violated),
            .under(permitted: uri(".a.internal"), [.uri("https://a.internal/x")], "only below it", violated),
            .under(excluded: uri("a.internal"), [.uri("https://A.internal:8/x")], "capitals and a port", violated),
            .under(excluded: uri("b.internal"), [.uri("https://10.0.0.1/x")], "an address for a host", violated),
            .under(permitted: uri(""), [.uri("urn:example:a")], "no authority", violated),
            .under(excluded: uri("b.internal"), [.uri("https://[fe80::1%25x]/")], "a zone", "nameMalformed"),
            .under(excluded: uri("b.internal"), [.uri("https://u@b.internal/")], "a user", "nameMalformed"),
        ] as [Ruled])
    func uris(_ ruled: Ruled) throws {
        // A URI alone is a name; nothing else about the leaf speaks against it.
        try ruled.check()
    }

    @Test(
        "X09: kinds that are not compared: no such name, no harm; a name of the kind is refused",
        arguments: [
            .under(permitted: Raw.subtree(0xA0, Raw.otherName), web, "otherName permitted, none there", nil),
            .under(excluded: Raw.subtree(0xA0, Raw.otherName), web, "otherName excluded, none there", nil),
            .under(
                permitted: Raw.subtree(0xA0, Raw.otherName), web + [.other(tag: 0, Raw.otherName)],
                "otherName permitted", violated),
            .under(
                excluded: Raw.subtree(0xA0, Raw.otherName), web + [.other(tag: 0, Raw.otherName)],
                "otherName excluded", violated),
            .under(
                permitted: dns("example.internal"), web + [.other(tag: 0, Raw.otherName)],
                "otherName beside a constraint on another kind", nil),
            .under(
                excluded: Raw.subtree(Raw.registeredID, [0x2A, 0x03]), web + [.other(tag: 8, [0x2A, 0x03])],
                "registeredID excluded", violated),
            .under(excluded: Raw.subtree(0x89, [0]), web, "a kind that does not exist", malformed),
        ] as [Ruled])
    func otherKinds(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "its form: neither empty nor with distances, and only in authorities",
        arguments: [
            .under(web, "an empty sequence", malformed),
            .under(permitted: [], web, "no permitted subtree in the list of them", malformed),
            .under(excluded: [], web, "no excluded subtree in the list of them", malformed),
            .under(permitted: [], excluded: [], web, "neither", malformed),
            .under(permitted: [], excluded: dns("a.test"), web, "an empty list beside a full one", malformed),
            .under(
                permitted: Raw.subtree(Raw.dns, Array("example.internal".utf8), distance: [0x80, 0x01, 0x00]), web,
                "minimum 0 written out, which DER forbids", malformed),
            .under(
                permitted: Raw.subtree(Raw.dns, Array("example.internal".utf8), distance: [0x80, 0x01, 0x01]), web,
                "a minimum", malformed),
            .under(
                permitted: Raw.subtree(Raw.dns, Array("example.internal".utf8), distance: [0x81, 0x01, 0x05]), web,
                "a maximum", malformed),
            Ruled("in a leaf", "constraintsOnLeaf") {
                $0.leaf.set(.nameConstraints, isCritical: true, to: Raw.extensionValue(permitted: dns("internal")))
            },
            Ruled("in a leaf, not critical", rfc5280: "extensionMustBeCritical", strict: "constraintsOnLeaf") {
                $0.leaf.set(.nameConstraints, isCritical: false, to: Raw.extensionValue(permitted: dns("internal")))
            },
            // CA/B TLS BR §7.1.2.5.2 lets it be; RFC 5280 does not.
            Ruled("not critical, over a server", rfc5280: "extensionMustBeCritical", strict: nil) {
                $0.issuing.set(.nameConstraints, isCritical: false, to: Raw.extensionValue(permitted: dns("internal")))
            },
            Ruled("not critical, over a client", "extensionMustBeCritical", for: .client) {
                $0.issuing.set(.nameConstraints, isCritical: false, to: Raw.extensionValue(permitted: dns("internal")))
            },
            Ruled("not critical and violated", rfc5280: "extensionMustBeCritical", strict: violated) {
                $0.issuing.set(.nameConstraints, isCritical: false, to: Raw.extensionValue(permitted: dns("test")))
            },
            Ruled("not critical, in the root", rfc5280: "extensionMustBeCritical", strict: nil) {
                $0.root.set(.nameConstraints, isCritical: false, to: Raw.extensionValue(permitted: dns("internal")))
            },
        ] as [Ruled])
    func form(_ ruled: Ruled) throws { try ruled.check() }

    @Test("X20: RFC 9598 §6: an SmtpUTF8Mailbox is constrained as mail is, so under such a constraint it is refused")
    func internationalMailboxes() throws {
        // id-on-SmtpUTF8Mailbox with UTF8String "médecin@example.internal" in its [0].
        let address = Array("médecin@example.internal".utf8)
        let content: [UInt8] =
            [0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x08, 0x09]
            + Raw.element(0xA0, Raw.element(0x0C, address))
        let names = Self.alice + [.other(tag: 0, content)]
        for subtree in [Self.mail("example.internal"), Self.mail("example.test")] {
            try Ruled.under(
                excluded: subtree, names, "mail excluded", "internationalMailboxConstrained", for: .mail
            ).check()
        }
        try Ruled.under(permitted: Self.dns("internal"), names, "another kind", nil, for: .mail).check()
        // It is a name of nobody's here: only the rfc822Name beside it is one.
        var chain = TestPKI.goodChain()
        chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.emailProtection)
        chain.leaf.names = names
        #expect(try chain.verified(for: .mail).names == [.mail(try Mailbox("alice@example.internal"))])
    }
}
