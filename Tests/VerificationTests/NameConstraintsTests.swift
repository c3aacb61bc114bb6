import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

extension NameConstraints {
    static func permitting(dns base: String) -> NameConstraints {
        NameConstraints(permitted: [.dns(try! DNSSubtree(base))])
    }

    static func excluding(dns base: String) -> NameConstraints {
        NameConstraints(excluded: [.dns(try! DNSSubtree(base))])
    }
}

private let issuing = TestPKI.name("Test Issuing")

private func excluded(_ name: SubjectName, by base: String) -> VerificationFailure {
    .nameConstraintViolated(.excluded(name, by: .dns(try! DNSSubtree(base))), of: issuing)
}

@Suite("RFC 5280 §4.2.1.10: names lie within what every authority above allows")
struct NameConstraintRules {
    static let web = dnsPattern("web.example.internal")
    static let ip = try! IPAddress("127.0.0.1")

    @Test(
        "refuses",
        arguments: [
            Spoiled("a DNS name in an excluded subtree", excluded(web, by: "example.internal"), at: .leaf) {
                $0.issuing.nameConstraints = .excluding(dns: "example.internal")
            },
            Spoiled(
                "a DNS name in none of the permitted subtrees",
                .nameConstraintViolated(
                    .notPermitted(web, permitted: [.dns(try! DNSSubtree("other.internal"))]), of: issuing), at: .leaf
            ) { $0.issuing.nameConstraints = .permitting(dns: "other.internal") },
            Spoiled(
                "an address in an excluded network",
                .nameConstraintViolated(.excluded(.ip(ip), by: .ip(try! IPNetwork("127.0.0.0/8"))), of: issuing),
                at: .leaf
            ) { $0.issuing.nameConstraints = NameConstraints(excluded: [.ip(try! IPNetwork("127.0.0.0/8"))]) },
            Spoiled(
                "an address outside the permitted network",
                .nameConstraintViolated(
                    .notPermitted(.ip(ip), permitted: [.ip(try! IPNetwork("10.0.0.0/8"))]), of: issuing), at: .leaf
            ) { $0.issuing.nameConstraints = NameConstraints(permitted: [.ip(try! IPNetwork("10.0.0.0/8"))]) },
            Spoiled(
                "X07: a SPIFFE ID outside the permitted URI host",
                .nameConstraintViolated(
                    .notPermitted(
                        .spiffe(spiffe("spiffe://example.internal/web")),
                        permitted: [.uri(try! URISubtree("other.internal"))]),
                    of: issuing), at: .leaf
            ) { $0.issuing.nameConstraints = NameConstraints(permitted: [.uri(try! URISubtree("other.internal"))]) },
            Spoiled(
                "what the anchor itself excludes",
                .nameConstraintViolated(
                    .excluded(web, by: .dns(try! DNSSubtree("web.example.internal"))), of: TestPKI.name("Test Root")),
                at: .leaf
            ) { $0.root.nameConstraints = .excluding(dns: "web.example.internal") },
            Spoiled(
                "X06: an excluded subtree written in capitals", excluded(web, by: "example.internal"), at: .leaf
            ) { $0.issuing.nameConstraints = .excluding(dns: "Example.INTERNAL") },
            Spoiled(
                "X05: a wildcard that could stand for an excluded host",
                excluded(dnsPattern("*.example.internal"), by: "test.example.internal"), at: .leaf
            ) {
                $0.leaf.names = [.dns("*.example.internal")]
                $0.issuing.nameConstraints = .excluding(dns: "test.example.internal")
            },
        ])
    func refusal(_ spoiled: Spoiled) { spoiled.check() }

    @Test("accepts names inside, and kinds that are not constrained")
    func inside() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.nameConstraints = .permitting(dns: "example.internal")
        chain.root.nameConstraints = NameConstraints(permitted: [.ip(try IPNetwork("127.0.0.0/8"))])
        try chain.verified()
        chain.issuing.nameConstraints = NameConstraints(permitted: [.uri(try URISubtree("example.internal"))])
        try chain.verified()
    }

    @Test("an intermediate cannot widen what the one above it permits")
    func widening() throws {
        let anchor = root("Wide Root")
        var narrow = authority("Narrow")
        narrow.nameConstraints = .permitting(dns: "bar.internal")
        var wide = authority("Wide", serialNumber: 0x11)
        wide.nameConstraints = NameConstraints(permitted: [
            .dns(try DNSSubtree("foo.internal")), .dns(try DNSSubtree("bar.internal")),
        ])
        var leaf = TestPKI.leaf("web", serialNumber: [0x12])
        let trusted = [TrustAnchor(anchor.parsedRoot)]
        func chain() -> [[UInt8]] {
            [leaf.der(signedBy: wide), wide.der(signedBy: narrow), narrow.der(signedBy: anchor)]
        }
        leaf.names = [.dns("a.foo.internal")]
        let refusal = verificationRefusal(chain(), trusting: trusted)
        #expect(
            refusal?.failure
                == .nameConstraintViolated(
                    .notPermitted(dnsPattern("a.foo.internal"), permitted: [.dns(try DNSSubtree("bar.internal"))]),
                    of: TestPKI.name("Narrow")))
        leaf.names = [.dns("a.bar.internal")]
        try verify(chain(), trusting: trusted)
    }

    @Test("they hold for intermediates too, unless these are self-issued")
    func intermediates() throws {
        var anchor = root("Naming Root")
        anchor.nameConstraints = .permitting(dns: "example.internal")
        var stray = authority("Stray")
        stray.names = [.dns("stray.other.internal")]
        var rolled = authority("Naming Root", key: "Naming Root, second key", serialNumber: 0x11)
        rolled.names = [.dns("stray.other.internal")]
        var leaf = TestPKI.leaf("web", serialNumber: [0x12])
        leaf.names = [.dns("web.example.internal")]
        let trusted = [TrustAnchor(anchor.parsedRoot)]
        let refusal = verificationRefusal(
            [leaf.der(signedBy: stray), stray.der(signedBy: anchor)], trusting: trusted)
        #expect(refusal?.place == .intermediate(1))
        #expect(refusal?.reason == "nameConstraintViolated")
        try verify([leaf.der(signedBy: rolled), rolled.der(signedBy: anchor)], trusting: trusted)

        stray.names = [.dns("not a name")]
        let malformed = verificationRefusal(
            [leaf.der(signedBy: stray), stray.der(signedBy: anchor)], trusting: trusted)
        #expect(malformed?.reason == "nameMalformed")
        #expect(malformed?.place == .intermediate(1))
    }

    @Test("X08: of several mail constraints each one counts")
    func severalMailConstraints() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.emailProtection)
        chain.issuing.nameConstraints = NameConstraints(
            permitted: [.mail(try MailSubtree("alice@a.internal")), .mail(try MailSubtree("alice@b.internal"))])
        for address in ["alice@a.internal", "alice@b.internal"] {
            chain.leaf.names = [.mail(address)]
            try chain.verified(for: .mail)
        }
        chain.leaf.names = [.mail("alice@c.internal")]
        #expect(chain.refusal(for: .mail)?.reason == "nameConstraintViolated")
    }

    @Test("a constraint on mail holds for the subject's emailAddress, which gives no name")
    func subjectMailAddress() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.nameConstraints = NameConstraints(permitted: [.mail(try MailSubtree("example.internal"))])
        chain.leaf.subject = try subject(emailAddress: "eve@other.internal")
        #expect(chain.refusal()?.reason == "nameConstraintViolated")
        chain.leaf.subject = try subject(emailAddress: "not a mailbox")
        #expect(chain.refusal()?.reason == "nameMalformed")
        var free = chain
        free.issuing.nameConstraints = .permitting(dns: "example.internal")
        try free.verified()
        chain.leaf.subject = try subject(emailAddress: "eve@example.internal")
        try chain.verified()
        #expect(chain.refusal(as: ["mail:eve@example.internal"])?.reason == "nameMismatch")
    }

    @Test("X09: a name of a kind that is constrained and not compared is refused, and one of another kind is not")
    func kindsNotCompared() throws {
        // excludedSubtrees { otherName 1.2.3 of NULL }.
        let other: [UInt8] = [0x30, 0x0C, 0xA1, 0x0A, 0x30, 0x08, 0xA0, 0x06, 0x06, 0x02, 0x2A, 0x03, 0xA0, 0x00]
        var chain = TestPKI.goodChain()
        chain.issuing.nameConstraints = .excluding(dns: "unused.internal")

        chain.issuing.rawValues[.nameConstraints] = other
        try chain.verified()
        chain.leaf.names.append(.other(tag: 0, [0x06, 0x02, 0x2A, 0x03, 0xA0, 0x02, 0x05, 0x00]))
        #expect(chain.refusal()?.failure == .nameConstraintViolated(.unsupportedKind(tag: 0), of: issuing))
    }

    /// A subject with this one attribute, by way of a certificate: DistinguishedName makes no such attribute.
    private func subject(emailAddress: String) throws -> DistinguishedName {
        let text = [UInt8](emailAddress.utf8)
        let type: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x01]
        let pair = type + [0x16, UInt8(text.count)] + text
        let attribute = [0x30, UInt8(pair.count)] + pair
        let set = [0x31, UInt8(attribute.count)] + attribute
        let named = GeneralName.directoryDER([0x30, UInt8(set.count)] + set)
        var carrier = TestPKI.goodChain()
        carrier.leaf.rawValues[.subjectAlternativeName] = named
        guard
            case .directory(let name)? = try Certificate(der: carrier.leafDER).extensions.subjectAlternativeNames?.first
        else { throw TestPKIFailure.noDirectoryName }
        return name
    }
}

private enum TestPKIFailure: Error { case noDirectoryName }

extension GeneralName {
    /// GeneralNames of one directoryName.
    fileprivate static func directoryDER(_ name: [UInt8]) -> [UInt8] {
        let tagged = [0xA4, UInt8(name.count)] + name
        return [0x30, UInt8(tagged.count)] + tagged
    }
}
