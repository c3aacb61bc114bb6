import Foundation
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import Testing

@testable import SymbolonStorage

@Suite("Operators, invitations and federated authorities, on either engine")
struct EnrolmentTables {
    @Test("operators come, change and go, and the last administrator stays", arguments: StoreKind.allCases)
    func operators(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let (store, audit) = (fixture.store, fixture.audit())
        let first = Operator(
            identity: "spiffe://example.internal/person/a", role: .administrator, since: noon, addedBy: "x")
        let second = Operator(identity: "spiffe://example.internal/person/b", role: .viewer, since: noon, addedBy: "x")
        for entry in [first, second] { #expect(try await store.put(entry, audit: audit)) }
        #expect(try await !store.put(second, audit: audit))
        #expect(try await store.operators() == [first, second])
        #expect(try await store.role(of: second.identity) == .viewer)
        #expect(try await store.role(of: second.identity.uppercased()) == nil)
        await #expect(throws: OperatorFailure.lastAdministrator(first.identity)) {
            try await store.remove(first.identity, audit: audit)
        }
        let raised = Operator(identity: second.identity, role: .administrator, since: noon + 1, addedBy: "y")
        #expect(try await store.put(raised, audit: audit))
        try await store.remove(first.identity, audit: audit)
        #expect(try await store.operators() == [raised])
        #expect(try await store.auditEnd()?.last.sequence == 4)
    }

    @Test("whose an issued certificate is, and what role they have, is seen together", arguments: StoreKind.allCases)
    func standing(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        try await fixture.fill()
        let identity = "spiffe://example.internal/web"
        func found(_ number: UInt32) async throws -> OperatorStanding? {
            try await store.standing(of: StoreFixture.serial(number))
        }
        func expected(_ role: Role?) -> OperatorStanding {
            OperatorStanding(certificate: [1], identity: identity, profile: "service", role: role)
        }
        #expect(try await found(1) == expected(nil))
        let entry = Operator(identity: identity, role: .operator, since: noon, addedBy: "x")
        #expect(try await store.put(entry, audit: fixture.audit()))
        #expect(try await found(1) == expected(.operator))
        // Intended, abandoned, revoked, and never heard of.
        for number: UInt32 in [2, 3, 4, 9] { #expect(try await found(number) == nil) }
        _ = try await store.revoke([fixture.order(1)])
        #expect(try await found(1) == nil)
    }

    @Test("of a hundred tries of one form of an invitation, over two nodes, one counts", arguments: StoreKind.allCases)
    func invitations(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let (store, audit) = (fixture.store, fixture.audit())
        let purpose = Invitation.Purpose.identity(
            InvitedIdentity(
                profile: .service, name: "web", names: [try SubjectName("dns:web.example.internal")],
                life: .seconds(3600)))
        let record = try #require(
            SPAKE2PlusRecord(
                w0: SecretBytes(copying: [UInt8](repeating: 1, count: 32)),
                registrationRecord: SecretBytes(copying: [4] + [UInt8](repeating: 2, count: 64))))
        let made = Invitation(
            number: 7, purpose: purpose, record: record, actor: "operator", createdAt: noon, expiresAt: noon + 600)
        #expect(try await store.put(made, audit: [audit]))
        #expect(try await !store.put(made, audit: [audit]))
        #expect(try await store.invitation(7) == made)
        #expect(try await store.invitation(8) == nil)
        var tried = made
        #expect(tried.apply(.tried, at: noon) == .changed)
        let next = tried
        let nodes = [store, try await fixture.opened()]
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 { group.addTask { try await nodes[number % 2].put(next, audit: [audit]) } }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(winners == 1)
        #expect(try await nodes[1].invitations() == [next])
        var cancelled = next
        #expect(cancelled.apply(.cancel, at: noon) == .changed)
        #expect(try await store.put(cancelled, audit: [audit]))
        #expect(try await store.invitation(7)?.record == nil)
    }

    @Test("other authorities are believed, anew, and no more", arguments: StoreKind.allCases)
    func federations(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let (store, audit) = (fixture.store, fixture.audit())
        let domain = try TrustDomain("other.internal")
        func federated(_ until: Date) throws -> FederatedAuthority {
            FederatedAuthority(
                trustDomain: domain, anchor: try selfSigned("other", .make(.p256)), since: noon, until: until,
                actor: "operator")
        }
        let (first, second) = (try federated(noon + 60), try federated(noon + 120))
        for one in [first, second] {
            try await store.put(one, audit: audit)
            #expect(try await store.federations() == [one])
        }
        #expect(try await store.removeFederation(domain, audit: audit))
        #expect(try await !store.removeFederation(domain, audit: audit))
        #expect(try await store.federations().isEmpty)
    }
}
