import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("Names are certified only of the profile's kinds and inside the configured limits")
struct NameTests {
    struct Refused: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let profile: ProfileName
        let text: String
        let refusal: @Sendable (SubjectName, AuthorityConfiguration) throws -> NameRefusal
    }

    private static func refused(
        _ profile: ProfileName, _ text: String,
        _ refusal: @escaping @Sendable (SubjectName, AuthorityConfiguration) throws -> NameRefusal
    ) -> Refused {
        Refused(testDescription: "\(profile): \(text)", profile: profile, text: text, refusal: refusal)
    }

    static let outside: @Sendable (SubjectName, AuthorityConfiguration) throws -> NameRefusal = { name, configuration in
        switch name {
        case .dns(let pattern): .outsideDNS(pattern, permitted: configuration.permittedDNS)
        case .ip(let address): .outsideNetworks(address, permitted: configuration.permittedNetworks)
        case .mail(let mailbox): .outsideMail(mailbox, permitted: configuration.permittedMail)
        case .spiffe, .uri: .otherIdentity(name, own: try spiffe("spiffe://example.internal/web"))
        }
    }

    static let corpus = [
        refused(.service, "dns:example.com", outside),
        refused(.service, "dns:internal", outside),
        refused(.service, "dns:evil-example.internal", outside),
        refused(.service, "dns:example.internal.example.com", outside),
        refused(.service, "dns:web.localhost.example.com", outside),
        refused(.service, "dns:*.example.com", outside),
        refused(.service, "ip:8.8.8.8", outside),
        refused(.service, "ip:11.0.0.1", outside),
        refused(.service, "ip:169.254.1.1", outside),
        refused(.service, "ip:fe80::1", outside),
        refused(.service, "ip:::ffff:10.0.0.1", outside),
        refused(.service, "spiffe://example.internal/other", outside),
        refused(.service, "spiffe://example.org/web", outside),
        refused(.service, "spiffe://example.internal", outside),
        refused(.service, "uri:https://example.internal/web", outside),
        refused(.service, "mail:a@example.internal") { _, _ in .kind(.mail, notIn: .service) },
        refused(.client, "dns:web.example.internal") { _, _ in .kind(.dns, notIn: .client) },
        refused(.client, "ip:10.0.0.1") { _, _ in .kind(.ip, notIn: .client) },
        refused(.client, "mail:a@example.internal") { _, _ in .kind(.mail, notIn: .client) },
        refused(.person, "dns:web.example.internal") { _, _ in .kind(.dns, notIn: .person) },
        refused(.person, "mail:alice@example.com") { name, configuration in
            try outside(name, configuration)
        },
        refused(.person, "mail:alice@sub.example.internal") { name, configuration in
            try outside(name, configuration)
        },
        refused(.device, "ip:10.0.0.1") { _, _ in .kind(.ip, notIn: .device) },
        refused(.workload, "dns:*.web.example.internal") { name, _ in
            guard case .dns(let pattern) = name else { throw IdentityFailure.reserved("") }
            return .wildcard(pattern, notIn: .workload)
        },
        refused(.service, "dns:*.example.internal") { name, _ in
            guard case .dns(let pattern) = name else { throw IdentityFailure.reserved("") }
            return .wildcardOverSuffix(pattern)
        },
    ]

    @Test("C08: refuses", arguments: corpus)
    func refusal(_ refused: Refused) async throws {
        let house = try await House()
        let name = try SubjectName(refused.text)
        let failure = IssuanceFailure.name(try refused.refusal(name, house.authority.configuration))
        await #expect(throws: failure) { try await house.authority.issue(.example(refused.profile, names: [name])) }
    }

    @Test(
        "C08: accepts",
        arguments: [
            "dns:example.internal", "dns:web.example.internal", "dns:a.b.c.example.internal", "dns:localhost",
            "dns:xn--bcher-kva.example.internal", "dns:*.web.example.internal", "ip:127.0.0.1", "ip:10.255.255.255",
            "ip:172.31.0.1", "ip:192.168.1.1", "ip:::1", "ip:fd00::1", "spiffe://example.internal/web",
        ])
    func acceptance(_ text: String) async throws {
        _ = try await House().authority.issue(.example(names: [SubjectName(text)]))
    }

    @Test("C08: what is written in another case, or with a final dot, is certified in its canonical spelling")
    func canonical() async throws {
        let names = [SubjectName.dns(try DNSPattern(operatorInput: "Web.EXAMPLE.internal."))]
        let issued = try await House().authority.issue(.example(names: names))
        #expect(issued.certificate.extensions.subjectAlternativeNames?.last == .dns("web.example.internal"))
    }

    @Test(
        "C09: the one forbidden name among many is the one that is named, wherever it stands", arguments: [2, 10, 99])
    func oneAmongMany(_ count: Int) async throws {
        let house = try await House()
        let good = try (0..<count).map { try dns("n\($0).example.internal") }
        let forbidden = try DNSPattern("n.example.com")
        let failure = IssuanceFailure.name(
            .outsideDNS(forbidden, permitted: house.authority.configuration.permittedDNS))
        for position in 0..<count {
            var names = good
            names[position] = .dns(forbidden)
            await #expect(throws: failure) { try await house.authority.issue(.example(names: names)) }
        }
        _ = try await house.authority.issue(.example(names: good))
    }

    @Test("a wildcard right below a permitted domain is refused with the two ways to ask instead")
    func wildcardRemedy() throws {
        let refusal = IssuanceFailure.name(.wildcardOverSuffix(try DNSPattern("*.example.internal")))
        #expect(refusal.remedy.contains("one by one"))
        #expect(refusal.remedy.contains("*.apps.example.internal"))
    }

    @Test("no more than a hundred names")
    func mostNames() async throws {
        let names = try (0..<101).map { try dns("n\($0).example.internal") }
        await #expect(throws: IssuanceFailure.tooManyNames(101, allowed: 100)) {
            try await House().authority.issue(.example(names: names))
        }
    }

    @Test(
        "short names that would be somebody else's identity are refused",
        arguments: ["person", "person/alice", "Person/alice", "device/SN-001", "authority", "authority/root"])
    func reserved(_ name: String) async throws {
        for profile in [ProfileName.service, .client, .workload] {
            let segment = String(name.prefix { $0 != "/" })
            await #expect(throws: IssuanceFailure.identity(.reserved(segment))) {
                try await House().authority.issue(.example(profile, name: name))
            }
        }
    }

    @Test("a person's, a device's and a mail name is one segment", arguments: [ProfileName.person, .device, .mail])
    func oneSegment(_ profile: ProfileName) async throws {
        await #expect(throws: IssuanceFailure.identity(.severalSegments("a/b"))) {
            try await House().authority.issue(.example(profile, name: "a/b"))
        }
    }

    @Test(
        "short names that are no path of a SPIFFE ID are refused under every profile",
        arguments: [
            "", "/", "a//b", "a/", "/a", ".", "..", "a/../person", "two words", "two\nlines", "nul\u{0}", "b\u{fc}cher",
            "a%2Fb", "a?b", "a@b", "*",
        ])
    func malformed(_ name: String) async throws {
        let house = try await House()
        for profile in CertificateProfile.all where profile.isForLeaves {
            do {
                let issued = try await house.authority.issue(.example(profile.name, name: name))
                Issue.record("\(name.debugDescription) became \(issued.identity)")
            } catch .identity {
                continue
            }
        }
        #expect(house.store.snapshot.records.isEmpty)
    }

    @Test("a short name has at most 64 characters, the length of a common name")
    func length() async throws {
        let house = try await House()
        await #expect(throws: IssuanceFailure.identity(.tooLong(65, allowed: 64))) {
            try await house.authority.issue(.example(name: String(repeating: "a", count: 65)))
        }
        _ = try await house.authority.issue(.example(name: String(repeating: "a", count: 64)))
    }

    @Test("an operator's word for an identity becomes the identity")
    func called() throws {
        let configuration = try AuthorityConfiguration.example
        #expect(try configuration.identity(called: "web") == spiffe("spiffe://example.internal/web"))
        #expect(try configuration.identity(called: "person/alice") == spiffe("spiffe://example.internal/person/alice"))
        #expect(try configuration.identity(called: "spiffe://other.test/x") == spiffe("spiffe://other.test/x"))
        #expect(try configuration.identity(called: "alice@example.internal") == mail("alice@example.internal"))
        #expect(try configuration.identity(called: "mail:alice@example.internal") == mail("alice@example.internal"))
        #expect(throws: NameFailure.self) { try configuration.identity(called: "../web") }
    }
}
