import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonVerification
import Synchronization
import Testing

@testable import SymbolonAuthority

@Suite("An authority changes what it issues with")
struct SuccessionTests {
    private func verify(_ issued: IssuedCertificate, trusting root: Certificate, _ dynasty: Dynasty) async throws {
        let records = try await dynasty.store.revocations()
        let snapshot = RevocationSnapshot(
            revoked: records.revoked, covering: Set(dynasty.store.snapshot.issuers.map(\.key)),
            epoch: records.changeCounter, thisUpdate: dynasty.clock.now)
        let domain = dynasty.authority.configuration.trustDomain
        _ = try Verifier(
            anchors: [TrustAnchor(root, for: domain)], revocation: snapshot
        ).verify(
            PresentedChain(der: issued.chain.map(\.der)), expecting: Expectation(.server, revocation: .required),
            at: dynasty.clock.now)
    }

    @Test("prepare, activate, retire: each issues, and is believed, when it should be")
    func issuing() async throws {
        let dynasty = try await Dynasty()
        let root = dynasty.authority.root
        let first = try #require(dynasty.store.snapshot.issuers.last)
        let old = try await dynasty.issue()
        let next = try #require(try await dynasty.succession.prepare(.issuing, actor: "alice").last)
        #expect(next.state == .prepared)
        #expect(next.certificate.extensions.basicConstraints?.pathLength == 0)
        // It issues nothing yet.
        #expect(try await dynasty.issue("early").chain[1] == first.certificate)
        dynasty.heard()
        #expect(try await dynasty.succession.activate(next.name, evenSo: false, actor: "alice").state == .active)
        let new = try await dynasty.issue(replacing: old.serialNumber)
        #expect(new.chain.map(\.der) == [new.certificate.der, next.certificate.der])
        try await verify(old, trusting: root, dynasty)
        try await verify(new, trusting: root, dynasty)
        // One certificate below the first was replaced, the other lives.
        dynasty.heard()
        await #expect(throws: SuccessionFailure.inUse(name: first.name, certificates: 1)) {
            try await dynasty.succession.retire(first.name, evenSo: false, actor: "alice")
        }
        dynasty.clock.set(noon + 25 * .hour)
        #expect(try await dynasty.succession.retire(first.name, evenSo: false, actor: "alice").state == .retired)
        let list = try #require(try await dynasty.rootList(dynasty.store.snapshot.issuers[0]))
        #expect(list.count == 1)
        #expect(list.isSigned(by: try #require(root.publicKey)))
        let later = try await dynasty.issue()
        try await verify(later, trusting: root, dynasty)
        let kinds = try dynasty.store.snapshot.audit.map { try AuditEntry($0).event.kind }
        for kind in [AuditEventKind.issuerPrepared, .issuerActivated, .issuerRetired] { #expect(kinds.contains(kind)) }
    }

    @Test("nobody believes what is retired, though it has not ended")
    func refused() async throws {
        let dynasty = try await Dynasty()
        let first = try #require(dynasty.store.snapshot.issuers.last)
        let old = try await dynasty.issue()
        let next = try #require(try await dynasty.succession.prepare(.issuing, actor: "alice").last)
        _ = try await dynasty.succession.activate(next.name, evenSo: true, actor: "alice")
        try await verify(old, trusting: dynasty.authority.root, dynasty)
        _ = try await dynasty.succession.retire(first.name, evenSo: true, actor: "alice")
        await #expect(throws: Refusal.self) { try await verify(old, trusting: dynasty.authority.root, dynasty) }
        try await verify(try await dynasty.issue(), trusting: dynasty.authority.root, dynasty)
    }

    @Test("ends that have not confirmed stand in the way, by name, and the record says when they did not")
    func stragglers() async throws {
        let dynasty = try await Dynasty()
        let next = try #require(try await dynasty.succession.prepare(.issuing, actor: "alice").last)
        await #expect(throws: SuccessionFailure.stragglers(["ledger on beta", "web on alpha"])) {
            try await dynasty.succession.activate(next.name, evenSo: false, actor: "alice")
        }
        #expect(dynasty.issuer(next.name)?.state == .prepared)
        dynasty.ends.confirmed.withLock { $0["web on alpha"] = dynasty.store.snapshot.changeCounter }
        await #expect(throws: SuccessionFailure.stragglers(["ledger on beta"])) {
            try await dynasty.succession.activate(next.name, evenSo: false, actor: "alice")
        }
        _ = try await dynasty.succession.activate(next.name, evenSo: true, actor: "alice")
        let entry = try AuditEntry(try #require(dynasty.store.snapshot.audit.last)).event
        #expect(entry.kind == .issuerActivated)
        #expect(entry.actor == "alice")
        #expect(entry.details["evenSo"] == "ledger on beta")
        let first = try #require(dynasty.store.snapshot.issuers.first { $0.state == .superseded })
        await #expect(throws: SuccessionFailure.stragglers(["ledger on beta", "web on alpha"])) {
            try await dynasty.succession.retire(first.name, evenSo: false, actor: "alice")
        }
        dynasty.heard()
        _ = try await dynasty.succession.retire(first.name, evenSo: false, actor: "alice")
    }

    @Test("a new root: peers that know only the older believe its leaves until that one is retired, and only then not")
    func root() async throws {
        let dynasty = try await Dynasty()
        let (oldRoot, first) = (dynasty.authority.root, try #require(dynasty.store.snapshot.issuers.last))
        let made = try await dynasty.succession.prepare(.root, actor: "alice")
        #expect(made.map(\.role) == [.root, .issuing])
        let newRoot = made[0].certificate
        #expect(dynasty.authority.anchors == [oldRoot, newRoot])
        dynasty.heard()
        _ = try await dynasty.succession.activate(made[0].name, evenSo: false, actor: "alice")
        #expect(dynasty.authority.root == newRoot)
        let new = try await dynasty.issue()
        #expect(new.anchors == [newRoot, oldRoot])
        #expect(new.chain.count == 3)
        try await verify(new, trusting: newRoot, dynasty)
        try await verify(new, trusting: oldRoot, dynasty)
        dynasty.heard()
        let older = try #require(dynasty.store.snapshot.issuers.first)
        _ = try await dynasty.succession.retire(older.name, evenSo: false, actor: "alice")
        #expect(dynasty.issuer(first.name)?.state == .retired)
        #expect(dynasty.authority.anchors == [newRoot])
        let last = try await dynasty.issue()
        #expect(last.chain.count == 2)
        try await verify(last, trusting: newRoot, dynasty)
        await #expect(throws: Refusal.self) { try await verify(last, trusting: oldRoot, dynasty) }
    }

    @Test("what cannot be is refused, and changes nothing")
    func refusals() async throws {
        let dynasty = try await Dynasty()
        let (root, first) = (dynasty.store.snapshot.issuers[0], dynasty.store.snapshot.issuers[1])
        let before = dynasty.store.snapshot.issuers
        await #expect(throws: SuccessionFailure.unknown("ffff")) {
            try await dynasty.succession.activate("ffff", evenSo: true, actor: "a")
        }
        await #expect(throws: SuccessionFailure.unknown("")) {
            try await dynasty.succession.retire("", evenSo: true, actor: "a")
        }
        await #expect(throws: SuccessionFailure.notFrom(name: first.name, .active, wish: "activated")) {
            try await dynasty.succession.activate(first.name, evenSo: true, actor: "a")
        }
        await #expect(throws: SuccessionFailure.notFrom(name: first.name, .active, wish: "retired")) {
            try await dynasty.succession.retire(first.name, evenSo: true, actor: "a")
        }
        await #expect(throws: SuccessionFailure.rootInUse(name: root.name)) {
            try await dynasty.succession.retire(root.name, evenSo: true, actor: "a")
        }
        dynasty.keys.take(away: root.key)
        await #expect(throws: SuccessionFailure.keyNotHere(.root, name: root.name, because: nil)) {
            try await dynasty.succession.prepare(.issuing, actor: "a")
        }
        #expect(dynasty.store.snapshot.issuers == before)
        dynasty.keys.bring(back: root.key)
        let next = try #require(try await dynasty.succession.prepare(.issuing, actor: "a").last)
        dynasty.keys.take(away: next.key)
        await #expect(throws: SuccessionFailure.keyNotHere(.issuing, name: next.name, because: nil)) {
            try await dynasty.succession.activate(next.name, evenSo: true, actor: "a")
        }
        #expect(dynasty.issuer(first.name)?.state == .active)
    }

    @Test("a node that was not told yet issues with the new one at its next try")
    func otherNode() async throws {
        let dynasty = try await Dynasty()
        let other = try await Dynasty(on: dynasty.store.snapshot, of: dynasty.creation, keys: dynasty.keys)
        // Two nodes, one store: what one did is what the other finds.
        let next = try #require(try await other.succession.prepare(.issuing, actor: "alice").last)
        _ = try await other.succession.activate(next.name, evenSo: true, actor: "alice")
        let contents = other.store.snapshot
        dynasty.store.contents.withLock { $0 = contents }
        #expect(dynasty.authority.key != next.key)
        let issued = try await dynasty.issue()
        #expect(issued.chain[1] == next.certificate)
        #expect(dynasty.authority.key == next.key)
    }

    @Test("the roots' lists are made ahead, and somebody is called when one lapses or lacks a revocation")
    func rootLists() async throws {
        let dynasty = try await Dynasty()
        let root = dynasty.store.snapshot.issuers[0]
        let publisher = RootListPublisher(dynasty.authority, store: dynasty.store)
        func standing() async throws -> RootListPublisher.Standing? {
            let all: [(root: Issuer, standing: RootListPublisher.Standing)] = try await publisher.standings()
            return all.first { $0.root.key == root.key }?.standing
        }
        #expect(try await standing() == .due(nil))
        try await dynasty.succession.publishLists(actor: "alice")
        guard case .good(let list) = try await standing() else { Issue.record("not good"); return }
        #expect(list.nextUpdate == noon + 180 * 24 * .hour)
        dynasty.clock.set(noon + 91 * 24 * .hour)
        #expect(try await standing() == .due(list))
        dynasty.clock.set(noon + 136 * 24 * .hour)
        #expect(try await standing() == .late(list))
        dynasty.clock.set(noon + 1 * .hour)
        // A root whose key is away: what it takes back is not on its list, and somebody is called.
        let first = dynasty.store.snapshot.issuers[1]
        let next = try #require(try await dynasty.succession.prepare(.issuing, actor: "a").last)
        _ = try await dynasty.succession.activate(next.name, evenSo: true, actor: "a")
        dynasty.keys.take(away: root.key)
        _ = try await dynasty.succession.retire(first.name, evenSo: true, actor: "a")
        guard case .late = try await standing() else { Issue.record("nobody is called"); return }
        dynasty.keys.bring(back: root.key)
        let made = try await dynasty.succession.publishLists(life: .seconds(86_400), actor: "a")
        #expect(made.published.map(\.count) == [1])
        guard case .good = try await standing() else { Issue.record("not good"); return }
    }
}
