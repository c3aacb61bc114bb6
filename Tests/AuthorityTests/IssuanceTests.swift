import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("Each profile gives the certificate that its row in the table describes")
struct IssuanceTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let profile: ProfileName
        let name: String
        let written: [GeneralName]
        let purposes: [KeyPurpose]
        let life: TimeInterval
        var testDescription: String { profile.rawValue }
    }

    static let cases = [
        Case(
            profile: .service, name: "web", written: [.uri("spiffe://example.internal/web")],
            purposes: [.serverAuth], life: .day),
        Case(
            profile: .client, name: "client", written: [.uri("spiffe://example.internal/client")],
            purposes: [.clientAuth], life: .day),
        Case(
            profile: .workload, name: "ns/ledger", written: [.uri("spiffe://example.internal/ns/ledger")],
            purposes: [.serverAuth, .clientAuth], life: .day),
        Case(
            profile: .person, name: "alice", written: [.uri("spiffe://example.internal/person/alice")],
            purposes: [.clientAuth], life: 8 * .hour),
        Case(
            profile: .device, name: "SN-001", written: [.uri("spiffe://example.internal/device/SN-001")],
            purposes: [.clientAuth], life: 90 * .day),
        Case(
            profile: .mail, name: "alice", written: [.mail("alice@example.internal")],
            purposes: [.emailProtection], life: .day),
    ]

    @Test("a leaf", arguments: cases)
    func leaf(_ expected: Case) async throws {
        let house = try await House()
        let issued = try await house.authority.issue(.example(expected.profile, name: expected.name))
        let leaf = issued.certificate
        #expect(leaf.isSigned(by: house.creation.issuingKey.publicKey))
        #expect(leaf.issuer == house.authority.issuing.subject)
        #expect(leaf.subject.description.contains(expected.name))
        #expect(leaf.extensions.subjectAlternativeNames == expected.written)
        #expect(leaf.extensions.isCritical(.subjectAlternativeName) == false)
        #expect(leaf.extensions.extendedKeyUsage?.purposes == expected.purposes)
        #expect(leaf.extensions.keyUsage == .digitalSignature)
        #expect(leaf.extensions.isCritical(.keyUsage) == true)
        #expect(leaf.extensions.basicConstraints == nil)
        #expect(leaf.publicKey == TestKeys.key("leaf").publicKey)
        #expect(leaf.notBefore == noon - 60)
        #expect(leaf.notAfter == noon + expected.life)
        #expect(issued.chain == [leaf, house.authority.issuing])
        #expect(issued.anchor == house.authority.root)
        let record = try #require(try await house.store.certificate(issued.serialNumber))
        #expect(record.state == .issued(certificate: leaf.der, at: noon))
        #expect(record.intent.tbs == Array(leaf.tbsBytes))
        #expect(record.intent.identity == issued.identity.description)
        #expect(try house.auditKinds == [.certificateIntended, .certificateIssued])
    }

    @Test("every profile of the table is one of these or the authority's own")
    func complete() {
        #expect(Set(Self.cases.map(\.profile)) == Set(CertificateProfile.all.filter(\.isForLeaves).map(\.name)))
    }

    @Test("names stand behind the identity in the order asked for, each once")
    func names() async throws {
        let house = try await House()
        let names = try [
            dns("web.example.internal"), ip("10.1.2.3"), dns("localhost"), dns("web.example.internal"),
            spiffe("spiffe://example.internal/web"), ip("::1"), dns("*.web.example.internal"),
        ]
        let leaf = try await house.authority.issue(.example(names: names)).certificate
        #expect(
            leaf.extensions.subjectAlternativeNames == [
                .uri("spiffe://example.internal/web"), .dns("web.example.internal"), .ip([10, 1, 2, 3]),
                .dns("localhost"), .ip([UInt8](repeating: 0, count: 15) + [1]), .dns("*.web.example.internal"),
            ])
    }

    @Test("a person's certificate carries her mailbox, and a mail certificate the one asked for")
    func mailboxes() async throws {
        let house = try await House()
        let box = try mail("a.lice@example.internal")
        let person = try await house.authority.issue(.example(.person, name: "alice", names: [box]))
        #expect(
            person.certificate.extensions.subjectAlternativeNames == [
                .uri("spiffe://example.internal/person/alice"), .mail("a.lice@example.internal"),
            ])
        let signer = try await house.authority.issue(.example(.mail, name: "alice", names: [box]))
        #expect(signer.certificate.extensions.subjectAlternativeNames == [.mail("a.lice@example.internal")])
        #expect(signer.identity == box)
    }

    @Test("a certificate never begins before its issuer")
    func backdating() async throws {
        let house = try await House()
        #expect(house.authority.issuing.notBefore == noon - 60)
        house.clock.set(noon - 30)
        let early = try await house.authority.issue(.example()).certificate
        #expect(early.notBefore == noon - 60)
        house.clock.set(noon + 3600.9)
        let later = try await house.authority.issue(.example()).certificate
        #expect(later.notBefore == noon + 3540)
        #expect(later.notAfter == noon + 3600 + .day)
    }

    @Test("P-384 and Ed25519 keys are certified, and signed by issuers of each kind", arguments: KeyAlgorithm.allCases)
    func algorithms(_ algorithm: KeyAlgorithm) async throws {
        let house = try await House(
            configuration: AuthorityConfiguration(trustDomain: TrustDomain("example.internal"), keyAlgorithm: algorithm)
        )
        for leaf in KeyAlgorithm.allCases {
            let issued = try await house.authority.issue(.example(key: TestKeys.key("leaf", leaf).publicKey))
            #expect(issued.certificate.isSigned(by: house.creation.issuingKey.publicKey))
        }
    }
}
