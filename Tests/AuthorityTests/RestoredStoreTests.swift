import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("C01: an authority whose store was put back to an earlier day")
struct RestoredStoreTests {
    /// One certificate was issued after the backup: entries 2 and 3 are lost.
    private struct PutBack {
        let house: House
        let store: InMemoryStore
        let noted: AuditHead
        let keys: AuthorityKeys

        init() async throws {
            house = try await House()
            store = InMemoryStore(house.store.snapshot)
            _ = try await house.authority.issue(.example())
            noted = try #require(house.store.snapshot.head)
            keys = AuthorityKeys(issuing: house.creation.issuingKey, audit: house.creation.auditKey)
        }

        func open(_ noted: AuditHead?) async throws -> IssuingAuthority {
            try await IssuingAuthority.open(store, keys: keys, noted: noted, clock: { noon })
        }

        func openRestored(
            _ store: InMemoryStore, noted: AuditHead
        ) async throws -> (IssuingAuthority, StoreRestoration) {
            try await IssuingAuthority.openRestored(
                store, keys: keys, noted: noted, actor: "operator", clock: { noon })
        }
    }

    @Test("C01: it does not open, even after it went on and has as many entries again")
    func wentOn() async throws {
        let putBack = try await PutBack()
        await #expect(throws: AuthorityFailure.storeWasPutBack(noted: 3, found: 1)) {
            try await putBack.open(putBack.noted)
        }
        let unaware = try await putBack.open(nil)
        for _ in 0..<2 { _ = try await unaware.issue(.example()) }
        await #expect(throws: AuthorityFailure.storeWasPutBack(noted: 3, found: 5)) {
            try await putBack.open(putBack.noted)
        }
    }

    @Test("C01: a noted head that the audit key did not sign opens nothing")
    func forged() async throws {
        let putBack = try await PutBack()
        let end = try #require(putBack.store.snapshot.head)
        let forged = AuditHead(count: end.count, hash: end.hash, signature: putBack.noted.signature)
        await #expect(throws: AuthorityFailure.audit(.headNotSigned(count: 1))) { try await putBack.open(forged) }
        _ = try await putBack.open(end)
    }

    @Test("C01: when the operator accepts it, the record says so, and it issues again")
    func accepted() async throws {
        let putBack = try await PutBack()
        let (authority, restoration) = try await putBack.openRestored(putBack.store, noted: putBack.noted)
        #expect(restoration == StoreRestoration(noted: 3, found: 1, forgottenUntil: noon + 397 * 86_400))
        let entry = try AuditEntry(try #require(putBack.store.snapshot.audit.last))
        #expect(entry.sequence == 2)
        #expect(
            entry.event
                == AuditEvent(
                    .authorityRestored, at: noon, actor: "operator", subject: "example.internal",
                    details: ["noted": "3", "found": "1"]))
        _ = try await authority.issue(.example())
        let end = try #require(putBack.store.snapshot.head)
        #expect(putBack.house.verdict(on: putBack.store.snapshot) == .intact(count: 4, hash: end.hash))
    }

    @Test("forgotten certificates end with the issuing certificate at the latest")
    func forgottenUntil() async throws {
        let putBack = try await PutBack()
        let later = putBack.house.authority.issuing.notAfter - 86_400
        let (authority, restoration) = try await IssuingAuthority.openRestored(
            putBack.store, keys: putBack.keys, noted: putBack.noted, actor: "operator", clock: { later })
        #expect(restoration.forgottenUntil == authority.issuing.notAfter)
    }

    @Test("a store that was not put back cannot be accepted as one, and gets no entry")
    func nothingToAccept() async throws {
        let putBack = try await PutBack()
        await #expect(throws: AuthorityFailure.storeWasNotPutBack) {
            try await putBack.openRestored(putBack.house.store, noted: putBack.noted)
        }
        #expect(putBack.house.store.snapshot.audit.count == 3)
    }
}
