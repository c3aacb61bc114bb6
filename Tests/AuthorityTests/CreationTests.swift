import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("An authority begins with a root, an issuing certificate and one line")
struct CreationTests {
    @Test("the root signs itself and may have one authority below it", arguments: KeyAlgorithm.allCases)
    func root(_ algorithm: KeyAlgorithm) async throws {
        let configuration = try AuthorityConfiguration(
            trustDomain: TrustDomain("example.internal"), organisation: "Example", keyAlgorithm: algorithm)
        let house = try await House(configuration: configuration)
        let root = house.authority.root
        #expect(root.isSigned(by: house.creation.rootKey.publicKey))
        #expect(root.subject == root.issuer)
        #expect(root.extensions.basicConstraints == BasicConstraints(isAuthority: true, pathLength: 1))
        #expect(root.extensions.isCritical(.basicConstraints) == true)
        #expect(root.extensions.keyUsage == [.keyCertSign, .crlSign])
        #expect(root.extensions.isCritical(.keyUsage) == true)
        #expect(root.extensions.subjectKeyIdentifier == house.creation.rootKey.publicKey.keyIdentifier)
        #expect(root.notBefore == noon - 60)
        #expect(root.notAfter == noon + CertificateProfile.root.defaultLife.wholeSeconds)
        #expect(root.subject.texts(of: .organizationName) == ["Example"])
    }

    @Test("the issuing certificate is signed by the root, and nothing but leaves may come below it")
    func issuing() async throws {
        let house = try await House()
        let issuing = house.authority.issuing
        #expect(issuing.isSigned(by: house.creation.rootKey.publicKey))
        #expect(issuing.issuer == house.authority.root.subject)
        #expect(issuing.extensions.basicConstraints == BasicConstraints(isAuthority: true, pathLength: 0))
        #expect(
            issuing.extensions.authorityKeyIdentifier
                == AuthorityKeyIdentifier(keyIdentifier: house.creation.rootKey.publicKey.keyIdentifier))
        #expect(issuing.extensions.subjectAlternativeNames == [.uri("spiffe://example.internal")])
        #expect(issuing.notAfter == noon + CertificateProfile.issuing.defaultLife.wholeSeconds)
        #expect(issuing.publicKey != house.authority.root.publicKey)
    }

    @Test("an issuing certificate never outlives its root")
    func lives() async throws {
        let configuration = try AuthorityConfiguration(
            trustDomain: TrustDomain("example.internal"), rootLife: .days(30), issuingLife: .days(90))
        let house = try await House(configuration: configuration)
        #expect(house.authority.issuing.notAfter == house.authority.root.notAfter)
    }

    @Test("the record begins with the authority, and a store has only one")
    func onlyOnce() async throws {
        let house = try await House()
        let first = try #require(house.store.snapshot.audit.first)
        let event = try AuditEntry(first).event
        #expect(event.kind == .authorityCreated)
        #expect(event.details["root"] == house.authority.root.fingerprint.description)
        #expect(house.verdict() == .intact(count: 1, hash: first.hash))
        await #expect(throws: AuthorityFailure.store(.alreadyCreated)) {
            try await house.creation.run(in: house.store, actor: "operator", at: noon)
        }
    }

    @Test("a store opens only with the keys that belong to it")
    func keysFit() async throws {
        let house = try await House()
        let audit = house.creation.auditKey
        await #expect(throws: AuthorityFailure.keyDoesNotFit(.issuing)) {
            try await IssuingAuthority.open(
                house.store, keys: AuthorityKeys(issuing: house.creation.rootKey, audit: audit), clock: { noon })
        }
        await #expect(throws: AuthorityFailure.keyDoesNotFit(.audit)) {
            try await IssuingAuthority.open(
                house.store, keys: AuthorityKeys(issuing: house.creation.issuingKey, audit: .make(.ed25519)),
                clock: { noon })
        }
        await #expect(throws: AuthorityFailure.notCreated) {
            try await IssuingAuthority.open(
                InMemoryStore(), keys: AuthorityKeys(issuing: house.creation.issuingKey, audit: audit),
                clock: { noon })
        }
    }

    @Test("a store whose root was exchanged does not open")
    func exchangedRoot() async throws {
        let house = try await House()
        let other = try await House()
        var contents = house.store.snapshot
        let record = try #require(contents.authority)
        contents.authority = AuthorityRecord(
            configuration: record.configuration, rootCertificate: other.authority.root.der,
            issuingCertificate: record.issuingCertificate, auditKey: record.auditKey, createdAt: record.createdAt)
        await #expect(throws: AuthorityFailure.notFromRoot) { try await house.restarted(on: contents) }
    }

    @Test("C01: a store put back to an earlier day does not open against a head that was noted elsewhere")
    func putBack() async throws {
        let house = try await House()
        let earlier = house.store.snapshot
        _ = try await house.authority.issue(.example())
        let noted = try #require(house.store.snapshot.head)
        let keys = AuthorityKeys(issuing: house.creation.issuingKey, audit: house.creation.auditKey)
        _ = try await IssuingAuthority.open(house.store, keys: keys, noted: noted, clock: { noon })
        await #expect(throws: AuthorityFailure.storeWasPutBack(noted: 3, found: 1)) {
            try await IssuingAuthority.open(InMemoryStore(earlier), keys: keys, noted: noted, clock: { noon })
        }
    }
}

@Suite("A configuration reads back as it was written, or is refused")
struct ConfigurationTests {
    @Test("the defaults are the trust domain, localhost and private networks")
    func defaults() throws {
        let configuration = try AuthorityConfiguration.example
        #expect(configuration.organisation == "example.internal")
        #expect(configuration.permittedDNS.map(\.description) == ["example.internal", "localhost"])
        #expect(configuration.permittedMail.map(\.description) == ["example.internal"])
        #expect(configuration.permittedNetworks.count == 6)
    }

    @Test("JSON there and back")
    func json() throws {
        let configuration = try AuthorityConfiguration(
            trustDomain: TrustDomain("example.internal"), organisation: "Ex\u{e4}mple", keyAlgorithm: .ed25519,
            permittedDNS: [DNSName("a.test")], permittedNetworks: [IPNetwork("192.0.2.0/24")], permittedMail: [],
            rootLife: .days(300), issuingLife: .days(30))
        let data = try JSONEncoder().encode(configuration)
        #expect(try JSONDecoder().decode(AuthorityConfiguration.self, from: data) == configuration)
    }

    @Test("what cannot be is refused")
    func refusals() throws {
        let domain = try TrustDomain("example.internal")
        #expect(throws: ConfigurationFailure.organisationLength(65, allowed: 1...64)) {
            try AuthorityConfiguration(trustDomain: domain, organisation: String(repeating: "x", count: 65))
        }
        #expect(throws: ConfigurationFailure.organisationLength(0, allowed: 1...64)) {
            try AuthorityConfiguration(trustDomain: domain, organisation: "")
        }
        #expect(throws: ConfigurationFailure.organisationHasControlCharacter) {
            try AuthorityConfiguration(trustDomain: domain, organisation: "two\nlines")
        }
        #expect(throws: ConfigurationFailure.life(.root, .zero, maximum: CertificateProfile.root.maximumLife)) {
            try AuthorityConfiguration(trustDomain: domain, rootLife: .zero)
        }
        #expect(
            throws: ConfigurationFailure.life(.issuing, .years(6), maximum: CertificateProfile.issuing.maximumLife)
        ) { try AuthorityConfiguration(trustDomain: domain, issuingLife: .years(6)) }
    }
}
