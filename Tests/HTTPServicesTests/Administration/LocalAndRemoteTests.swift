import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonTestSupport
import Testing

@Suite("An authority answers the same, asked in its own process or over a connection")
struct LocalAndRemoteTests {
    private enum Way: CaseIterable { case local, remote }

    private func administration(
        _ way: Way, _ authority: ServedAuthority, _ person: ServedAuthority.Person
    ) throws -> any Administration {
        switch way {
        case .local: try authority.local(person)
        case .remote: try authority.remote(person)
        }
    }

    @Test("an operator issues, finds, revokes, and reads what it did in the record", arguments: Way.allCases)
    private func work(_ way: Way) async throws {
        let authority = try await ServedAuthority.start()
        let alice = try await authority.person("alice", .operator)
        let asked = try administration(way, authority, alice)

        #expect(try await asked.perform(ShowSelf()) == SelfReport(identity: alice.identity, role: .operator))
        #expect(try await asked.perform(ShowAuthority()).trustDomain == ServedAuthority.domain)
        let issued = try await asked.perform(
            IssueCertificate(
                name: "web", profile: "service", names: ["dns:web.example.internal"], lifeSeconds: 3600,
                request: ServedAuthority.request()))
        #expect(issued.certificate.identity == "spiffe://example.internal/web")
        #expect(issued.certificate.names == ["spiffe://example.internal/web", "dns:web.example.internal"])
        #expect(issued.certificate.requestedBy.contains(alice.identity))
        #expect(
            try await asked.perform(ListCertificates(of: "web")).certificates.map(\.serial) == [
                issued.certificate.serial
            ])
        #expect(try await asked.perform(ShowCertificate(serial: issued.certificate.serial)).chain == issued.chain)

        let revocation = RevokeCertificates(serials: [issued.certificate.serial], reason: "superseded")
        #expect(try await asked.perform(revocation).certificates.map(\.wasAlreadyRevoked) == [false])
        #expect(try await asked.perform(revocation).certificates.map(\.wasAlreadyRevoked) == [true])
        #expect(try await asked.perform(ListCertificates(of: "web")).certificates.isEmpty)

        let entries = try await asked.perform(ListAuditEntries(last: 100)).entries
        for kind in ["certificate.issued", "certificate.revoked", "operation.performed"] {
            #expect(entries.contains { $0.kind == kind && $0.actor.contains(alice.identity) }, "\(kind)")
        }
        let verdict = try await asked.perform(VerifyAudit())
        #expect(verdict.intact)
        #expect(verdict.keyWasOpened)
        let head = try await asked.perform(ShowAuditHead())
        #expect(try await asked.perform(VerifyAudit(expect: head.head)).notedEntries == head.entries)
    }

    @Test("pages of a list join to the whole", arguments: Way.allCases)
    private func pages(_ way: Way) async throws {
        let authority = try await ServedAuthority.start()
        let alice = try await authority.person("alice", .viewer)
        for number in 0..<5 { _ = try await authority.person("p\(number)") }
        let asked = try administration(way, authority, alice)
        let whole = try await asked.perform(ListCertificates(all: true)).certificates.map(\.serial)
        var joined: [String] = []
        var before: String?
        repeat {
            let page = try await asked.perform(ListCertificates(all: true, limit: 2, before: before))
            #expect(page.certificates.count <= 2)
            joined += page.certificates.map(\.serial)
            before = page.next
        } while before != nil
        #expect(joined == whole)
        #expect(whole.count == 7)
    }

    @Test("an administrator says who the operators are; the last one stays", arguments: Way.allCases)
    private func operators(_ way: Way) async throws {
        let authority = try await ServedAuthority.start()
        let root = try await authority.person("root", .administrator)
        let bob = try await authority.person("bob")
        let asked = try administration(way, authority, root)
        #expect(try await asked.perform(PutOperator(identity: bob.identity, role: .viewer)).changed)
        #expect(try await !asked.perform(PutOperator(identity: bob.identity, role: .viewer)).changed)
        let bobs = try administration(way, authority, bob)
        #expect(try await bobs.perform(ListOperators()).operators.map(\.identity) == [bob.identity, root.identity])
        _ = try await asked.perform(RemoveOperator(identity: bob.identity))
        let failure = await #expect(throws: AdministrationFailure.self) { try await bobs.perform(ListOperators()) }
        #expect(failure?.kind == .forbidden)
        let last = await #expect(throws: AdministrationFailure.self) {
            try await asked.perform(RemoveOperator(identity: root.identity))
        }
        #expect(last?.kind == .conflict)
    }

    @Test("a service says where it is and is found; nobody else says so for it", arguments: Way.allCases)
    private func endpoints(_ way: Way) async throws {
        let authority = try await ServedAuthority.start()
        let web = try await authority.person("web", profile: .workload)
        let other = try await authority.person("laptop", profile: .client)
        let asked = try administration(way, authority, web)
        let published = try await asked.perform(PublishEndpoint(service: "web", address: "10.0.0.7:8443"))
        let found = try await administration(way, authority, other).perform(FindEndpoint(service: "web"))
        #expect(found.address == published.address)
        let failure = await #expect(throws: AdministrationFailure.self) {
            try await administration(way, authority, other).perform(
                PublishEndpoint(service: "web", address: "10.6.6.6:8443"))
        }
        #expect(failure?.kind == .forbidden)
        _ = try await asked.perform(WithdrawEndpoint(service: "web", address: "10.0.0.7:8443"))
        let gone = await #expect(throws: AdministrationFailure.self) {
            try await asked.perform(FindEndpoint(service: "web"))
        }
        #expect(gone?.kind == .notFound)
    }

    @Test("each refusal comes with the same words, and the same kind, both ways")
    func refusals() async throws {
        let authority = try await ServedAuthority.start()
        let root = try await authority.person("root", .administrator)
        let viewer = try await authority.person("viewer", .viewer)
        let nobody = try await authority.person("nobody", profile: .client)
        let request = try ServedAuthority.request()
        let never = String(repeating: "7f", count: 20)
        func same<Operation: AdministrativeOperation>(
            _ kind: AdministrationFailure.Kind, _ person: ServedAuthority.Person, _ operation: Operation,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let here = await #expect(throws: AdministrationFailure.self, sourceLocation: sourceLocation) {
                try await authority.local(person).perform(operation)
            }
            let there = await #expect(throws: AdministrationFailure.self, sourceLocation: sourceLocation) {
                try await authority.remote(person).perform(operation)
            }
            #expect(here == there, sourceLocation: sourceLocation)
            #expect(here?.kind == kind, "\(here as Any)", sourceLocation: sourceLocation)
        }
        func issue(_ name: String, _ profile: String, _ names: [String] = [], life: Int64? = nil, _ pem: String? = nil)
            -> IssueCertificate
        {
            IssueCertificate(name: name, profile: profile, names: names, lifeSeconds: life, request: pem ?? request)
        }
        try await same(.refused, root, issue("web", "service", ["dns:web.example.com"]))
        try await same(.refused, root, issue("authority", "client"))
        try await same(.refused, root, issue("web", "person", life: 864_000))
        try await same(.malformed, root, issue("web", "service", life: -1))
        try await same(.malformed, root, issue("web", "wizard"))
        try await same(.malformed, root, issue("web", "service", ["web.example.internal"]))
        try await same(.malformed, root, issue("web", "service", [], "no request"))
        try await same(.notFound, root, ShowCertificate(serial: never))
        try await same(.notFound, root, RevokeCertificates(serials: [never]))
        try await same(.notFound, root, RevokeCertificates(serials: [never], dryRun: true))
        try await same(.malformed, root, RevokeCertificates(serials: []))
        try await same(.notFound, root, ReleaseCertificate(serial: never))
        try await same(.malformed, root, RevokeCertificates(serials: [never], reason: "spite"))
        try await same(.malformed, root, ListCertificates(limit: 0))
        try await same(.malformed, root, ListCertificates(limit: 100_000))
        try await same(.malformed, root, ListAuditEntries(from: 1, last: 1))
        try await same(.malformed, root, VerifyAudit(expect: "7"))
        try await same(.notFound, root, RemoveOperator(identity: "spiffe://example.internal/person/ghost"))
        try await same(.refused, root, PutOperator(identity: "spiffe://other.example/person/root", role: .viewer))
        try await same(.malformed, root, PermitNames(dns: ["a_b..c"]))
        try await same(.forbidden, viewer, issue("web", "service"))
        for serial in [never, root.chain[0].serialNumber.description] {
            try await same(.forbidden, viewer, RevokeCertificates(serials: [serial]))
            try await same(.forbidden, viewer, RevokeCertificates(serials: [serial], dryRun: true))
            try await same(.forbidden, viewer, ReleaseCertificate(serial: serial))
            try await same(.forbidden, nobody, RevokeCertificates(serials: [serial]))
        }
        try await same(.forbidden, viewer, PutOperator(identity: viewer.identity, role: .administrator))
        try await same(.forbidden, nobody, ListCertificates())
        try await same(.forbidden, nobody, PublishEndpoint(service: "web", address: "10.0.0.7:1"))
    }

    @Test("C12: a role is not had by a name that is nearly an operator's")
    func nearlyAnOperator() async throws {
        let authority = try await ServedAuthority.start()
        let root = try await authority.person("root", .administrator)
        // Honest twin: the whole name, byte for byte.
        _ = try await authority.remote(root).perform(ListOperators())
        for (name, profile) in [("root", .client), ("person/root/x", .client), ("Root", .person), ("roo", .person)]
            as [(String, ProfileName)]
        {
            guard let other = try? await authority.person(name, profile: profile) else { continue }
            for way in Way.allCases {
                let failure = await #expect(throws: AdministrationFailure.self) {
                    try await administration(way, authority, other).perform(ListOperators())
                }
                #expect(failure?.kind == .forbidden, "\(other.identity)")
            }
        }
        for role in ["Administrator", "administrator ", "ADMINISTRATOR", "root", ""] {
            #expect(Role(rawValue: role) == nil)
        }
    }

    // MARK: What only a connection can do wrong

    @Test("without a certificate nothing is answered; with one that is revoked, nothing either")
    func unproved() async throws {
        let authority = try await ServedAuthority.start()
        let failure = await #expect(throws: AdministrationFailure.self) {
            try await authority.remote(nil).perform(ShowSelf())
        }
        #expect(failure?.kind == .unauthenticated)
        let alice = try await authority.person("alice", .operator)
        let asked = try authority.remote(alice)
        _ = try await asked.perform(ShowSelf())
        _ = try await authority.keyholder.perform(
            RevokeCertificates(serials: [alice.chain[0].serialNumber.description]))
        // The same connection: its proof is looked up with every call.
        let revoked = await #expect(throws: AdministrationFailure.self) { try await asked.perform(ShowAuthority()) }
        #expect(revoked?.kind == .forbidden)
    }

    @Test("a service of the authority, with its address in its certificate, is not the authority and is told nothing")
    func serviceInItsPlace() async throws {
        let authority = try await ServedAuthority.start(isImpostor: true)
        let alice = try await authority.person("alice", .operator)
        let failure = await #expect(throws: AdministrationFailure.self) {
            try await authority.remote(alice).perform(ShowSelf())
        }
        #expect(failure?.kind == .untrusted)
        let entries = try await authority.keyholder.perform(ListAuditEntries(last: 100)).entries
        #expect(!entries.contains { $0.actor.contains(alice.identity) })
    }

    @Test("whoever is not the authority is told nothing, and nobody at all is said to be away")
    func impostor() async throws {
        let authority = try await ServedAuthority.start()
        let other = try await ServedAuthority.start()
        let alice = try await authority.person("alice", .operator)
        let failure = await #expect(throws: AdministrationFailure.self) {
            try await authority.remote(alice, trusting: other.authority.root).perform(ShowSelf())
        }
        #expect(failure?.kind == .untrusted)
        #expect(failure?.mend != nil)
        // An identity of another authority is refused in the handshake.
        let stranger = try await other.person("alice", .administrator)
        let refused = await #expect(throws: AdministrationFailure.self) {
            try await authority.remote(stranger).perform(ShowSelf())
        }
        #expect(refused?.kind == .unauthenticated)
    }
}
