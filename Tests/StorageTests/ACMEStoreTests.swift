import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import Testing

@testable import SymbolonStorage

/// An account with orders, in a store of one test's own.
private struct ACMEFixture {
    let base: StoreFixture
    var store: AuthorityDatabase { base.store }
    let account = Self.account()

    init(_ kind: StoreKind) async throws {
        base = try await StoreFixture.make(kind)
        let account = account
        try await #expect(commit { $0.accounts = [account] } == .done)
    }

    func commit(_ change: (inout ACMEDecision) throws -> Void) async throws -> ACMECommit {
        var decision = ACMEDecision()
        try change(&decision)
        return try await store.commit(decision)
    }

    /// A certificate's row, as an order ends with one.
    func issue(_ number: UInt32) async throws -> SerialNumber {
        let serial = try StoreFixture.serial(number)
        try await store.record(base.intent(number), audit: base.audit())
        try await store.complete(serial, certificate: [1], at: noon, audit: base.audit())
        return serial
    }

    static func account(
        _ id: ResourceID = .random(), key: PublicKey = SigningKey.make(.p256).publicKey,
        status: ACMEAccount.Status = .valid, from: String = "192.0.2.0/24", revision: Int64 = 0
    ) -> ACMEAccount {
        ACMEAccount(
            id: id, key: key, status: status, contacts: ["mailto:a@example.org"], externalAccount: nil, policy: nil,
            createdAt: noon, createdFrom: from, revision: revision)
    }

    func order(
        _ id: ResourceID = .random(), _ state: ACMEOrder.State = .open, authorizations: [ResourceID] = [],
        at: Date = noon, revision: Int64 = 0
    ) throws -> ACMEOrder {
        ACMEOrder(
            id: id, account: account.id, identifiers: [try identifier], profile: "server",
            authorizations: authorizations, replaces: nil, createdAt: at, expiresAt: at + 3600, state: state,
            revision: revision)
    }

    func authorization(
        _ id: ResourceID = .random(), _ status: ACMEAuthorization.Status = .pending, due: Date? = nil,
        until: Date = noon + 3600, revision: Int64 = 0
    ) throws -> ACMEAuthorization {
        ACMEAuthorization(
            id: id, account: account.id, identifier: try identifier, createdAt: noon, expiresAt: until,
            status: status, challenges: [ACMEChallenge(kind: .http01, token: "token")],
            attempt: due.map { ACMEAuthorization.Attempt(kind: .http01, number: 1, dueAt: $0) }, revision: revision)
    }

    var identifier: ACMEIdentifier {
        get throws { try #require(ACMEIdentifier("dns:www.example.org")) }
    }

    func processing(_ since: Date = noon) -> ACMEOrder.State {
        .processing(ACMEOrder.Finalization(request: [1, 2], since: since))
    }
}

@Suite("What the ACME server keeps, on either engine")
struct ACMEStoreTests {
    @Test("accounts: one for each key, changed one revision at a time", arguments: StoreKind.allCases)
    func accounts(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        let (store, account) = (fixture.store, fixture.account)
        #expect(try await store.account(account.id) == account)
        #expect(try await store.account(withKey: account.key.fingerprint) == account)
        #expect(try await store.account(.random()) == nil)
        // The key of another, and an id that is taken.
        #expect(try await fixture.commit { $0.accounts = [ACMEFixture.account(key: account.key)] } == .conflict)
        #expect(try await fixture.commit { $0.accounts = [ACMEFixture.account(account.id)] } == .conflict)
        let second = ACMEFixture.account(from: "198.51.100.0/24")
        #expect(try await fixture.commit { $0.accounts = [second] } == .done)
        #expect(try await store.accounts(limit: 9) == [second, account])
        #expect(try await store.accounts(limit: 1) == [second])
        #expect(try await store.accountCount(from: "192.0.2.0/24", since: noon) == 1)
        #expect(try await store.accountCount(from: "192.0.2.0/24", since: noon + 1) == 0)
        // A new key, and then the old one is free.
        let rolled = ACMEFixture.account(account.id, revision: 1)
        #expect(try await fixture.commit { $0.accounts = [rolled] } == .done)
        #expect(try await fixture.commit { $0.accounts = [rolled] } == .conflict)
        #expect(try await store.account(withKey: account.key.fingerprint) == nil)
        #expect(try await store.account(withKey: rolled.key.fingerprint) == rolled)
        #expect(
            try await fixture.commit { $0.accounts = [ACMEFixture.account(second.id, key: rolled.key, revision: 1)] }
                == .conflict)
        let closed = ACMEFixture.account(account.id, key: rolled.key, status: .deactivated, revision: 2)
        #expect(try await fixture.commit { $0.accounts = [closed] } == .done)
        // The schema itself lets nobody come back.
        await #expect(throws: StoreFailure.self) {
            try await fixture.commit {
                $0.accounts = [ACMEFixture.account(account.id, key: rolled.key, status: .valid, revision: 3)]
            }
        }
    }

    @Test("what another node commits is seen at once, whatever was read before", arguments: StoreKind.allCases)
    func otherNode(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        let (store, account) = (fixture.store, fixture.account)
        let other = try await fixture.base.opened()
        #expect(try await store.account(account.id) == account)
        #expect(try await other.account(account.id) == account)
        let closed = ACMEFixture.account(account.id, key: account.key, status: .deactivated, revision: 1)
        var decision = ACMEDecision()
        decision.accounts = [closed]
        #expect(try await other.commit(decision) == .done)
        // The same revision with another content was not committed, and is believed by nobody.
        let contrary = ACMEFixture.account(account.id, key: account.key, revision: 1)
        #expect(try await fixture.commit { $0.accounts = [contrary] } == .conflict)
        #expect(try await store.account(account.id) == closed)
        #expect(try await other.account(account.id) == closed)
        // And what rests on the account as it was is refused.
        let order = try fixture.order()
        #expect(
            try await fixture.commit {
                $0.orders = [order]
                $0.unchangedAccounts = [account]
            } == .conflict)
    }

    @Test("an intent and what rests on it are both stored, or neither", arguments: StoreKind.allCases)
    func withIntent(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        let (store, base) = (fixture.store, fixture.base)
        let made = try fixture.order()
        #expect(try await fixture.commit { $0.orders = [made] } == .done)
        let claimed = try fixture.order(made.id, fixture.processing(), revision: 1)
        let entries = try await store.auditEnd()?.last.sequence
        let (serial, intent) = (try StoreFixture.serial(1), try base.intent(1))

        func refusal(_ work: () async throws -> Void) async -> StoreFailure? {
            do {
                try await work()
                return nil
            } catch {
                return error as? StoreFailure
            }
        }
        let overtaken = Self.decision(claimed) {
            $0.unchangedAccounts = [ACMEFixture.account(fixture.account.id, revision: 7)]
        }
        #expect(await refusal { try await store.record(intent, audit: base.audit(), with: overtaken) } == .overtaken)
        #expect(try await store.certificate(serial) == nil)
        #expect(try await store.order(made.id)?.order == made)
        #expect(try await store.auditEnd()?.last.sequence == entries)
        try await store.record(intent, audit: base.audit(), with: Self.decision(claimed))
        #expect(try await store.order(made.id)?.order == claimed)

        // The certificate too: another server has the order by now.
        let late = Self.decision(try fixture.order(made.id, .valid(serial), revision: 3))
        let audit = base.audit()
        #expect(
            await refusal { try await store.complete(serial, certificate: [1], at: noon, audit: audit, with: late) }
                == .overtaken)
        #expect(try await store.certificate(serial)?.state == .intended)
        let valid = Self.decision(try fixture.order(made.id, .valid(serial), revision: 2))
        try await store.complete(serial, certificate: [1], at: noon, audit: audit, with: valid)
        #expect(try await store.order(certificate: serial)?.id == made.id)
        #expect(try await store.certificate(serial)?.state == .issued(certificate: [1], at: noon))
    }

    private static func decision(
        _ order: ACMEOrder, _ change: (inout ACMEDecision) -> Void = { _ in }
    ) -> ACMEDecision {
        var decision = ACMEDecision()
        decision.orders = [order]
        change(&decision)
        return decision
    }

    @Test("external account keys are bound once", arguments: StoreKind.allCases)
    func externalKeys(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        func key(_ state: ExternalAccountKey.State, _ revision: Int64) -> ExternalAccountKey {
            ExternalAccountKey(
                id: "kid-1", secret: SecretBytes(copying: [UInt8](repeating: 7, count: 32)), policy: nil,
                createdAt: noon, createdBy: "operator", expiresAt: nil, state: state, revision: revision)
        }
        #expect(try await fixture.commit { $0.externalAccountKeys = [key(.open, 0)] } == .done)
        #expect(try await fixture.commit { $0.externalAccountKeys = [key(.open, 0)] } == .conflict)
        let bound = key(.bound(fixture.account.id, at: noon), 1)
        #expect(try await fixture.commit { $0.externalAccountKeys = [bound] } == .done)
        #expect(try await fixture.commit { $0.externalAccountKeys = [bound] } == .conflict)
        #expect(try await fixture.store.externalAccountKey("kid-1")?.state == bound.state)
        #expect(try await fixture.store.externalAccountKeys(limit: 5).count == 1)
        #expect(try await fixture.store.externalAccountKey("kid-1\0") == nil)
        await #expect(throws: StoreFailure.self) {
            try await fixture.commit { $0.externalAccountKeys = [key(.bound(.random(), at: noon), 2)] }
        }
    }

    @Test("an order goes forward, to one certificate that no other order has", arguments: StoreKind.allCases)
    func orders(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        let store = fixture.store
        let authorization = try fixture.authorization()
        let order = try fixture.order(authorizations: [authorization.id])
        #expect(
            try await fixture.commit {
                $0.orders = [order]
                $0.authorizations = [authorization]
                $0.audit = [fixture.base.audit()]
            } == .done)
        #expect(try await store.order(order.id) == ACMEOrderRecord(order: order, authorizations: [authorization]))
        let busy = try fixture.order(order.id, fixture.processing(), authorizations: [authorization.id], revision: 1)
        #expect(try await fixture.commit { $0.orders = [busy] } == .done)
        #expect(try await store.unfinishedOrders(since: noon, limit: 9) == [busy])
        #expect(try await store.unfinishedOrders(since: noon - 1, limit: 9) == [])
        let serial = try await fixture.issue(1)
        let done = try fixture.order(order.id, .valid(serial), authorizations: [authorization.id], revision: 2)
        #expect(try await fixture.commit { $0.orders = [done] } == .done)
        #expect(try await store.order(certificate: serial) == done)
        #expect(try await store.unfinishedOrders(since: noon, limit: 9) == [])
        for again in [fixture.processing(), .open, .invalid(ACMEProblem(.serverInternal, "late"))] {
            await #expect(throws: StoreFailure.self) {
                try await fixture.commit {
                    $0.orders = [try fixture.order(order.id, again, authorizations: [authorization.id], revision: 3)]
                }
            }
        }
        // Another order cannot end with the same certificate, nor begin anywhere but open.
        let other = try fixture.order()
        #expect(try await fixture.commit { $0.orders = [other] } == .done)
        #expect(
            try await fixture.commit { $0.orders = [try fixture.order(other.id, fixture.processing(), revision: 1)] }
                == .done)
        await #expect(throws: StoreFailure.self) {
            try await fixture.commit { $0.orders = [try fixture.order(other.id, .valid(serial), revision: 2)] }
        }
        await #expect(throws: StoreFailure.self) {
            try await fixture.commit { $0.orders = [try fixture.order(.random(), fixture.processing())] }
        }
        #expect(try await store.order(other.id)?.order.state == fixture.processing())
    }

    @Test(
        "orders are listed in the order in which they were made, without the invalid ones",
        arguments: StoreKind.allCases)
    func lists(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        let orders = try (0..<5).map { try fixture.order(at: noon + Double($0)) }
        for order in orders { #expect(try await fixture.commit { $0.orders = [order] } == .done) }
        let problem = ACMEProblem(.unauthorized, "no")
        #expect(
            try await fixture.commit {
                $0.orders = [try fixture.order(orders[1].id, .invalid(problem), at: noon + 1, revision: 1)]
            } == .done)
        let account = fixture.account.id
        let ids = [0, 2, 3, 4].map { orders[$0].id }
        #expect(try await fixture.store.orders(of: account, after: nil, limit: 9) == ids)
        #expect(try await fixture.store.orders(of: account, after: ids[1], limit: 1) == [ids[2]])
        #expect(try await fixture.store.orders(of: .random(), after: nil, limit: 9) == [])
        // The last three were made since, the last five in all.
        for (count, since, isSo) in [(3, 2.0, true), (4, 2, false), (5, 0, true), (6, 0, false), (0, 9, true)] {
            #expect(try await fixture.store.hasMade(count, ordersSince: noon + since, account) == isSo)
        }
        #expect(try await !fixture.store.hasMade(1, ordersSince: noon, .random()))
    }

    @Test("authorizations are found by what they are for, and by when they are due", arguments: StoreKind.allCases)
    func authorizations(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        let (late, soon) = (try fixture.authorization(due: noon + 9), try fixture.authorization(due: noon + 3))
        #expect(try await fixture.commit { $0.authorizations = [late, soon] } == .done)
        #expect(try await fixture.store.dueAuthorizations(at: noon + 9, limit: 9) == [soon, late])
        #expect(try await fixture.store.dueAuthorizations(at: noon + 8, limit: 9) == [soon])
        let valid = try fixture.authorization(soon.id, .valid, revision: 1)
        let invalid = try fixture.authorization(late.id, .invalid, revision: 1)
        #expect(try await fixture.commit { $0.authorizations = [valid, invalid] } == .done)
        let (account, identifier) = (fixture.account.id, try fixture.identifier)
        #expect(
            try await fixture.store.validAuthorizations(of: account, for: [identifier], until: noon) == [valid])
        #expect(
            try await fixture.store.validAuthorizations(of: account, for: [identifier], until: noon + 3600) == [])
        #expect(try await fixture.store.failureCount(of: account, for: identifier, since: noon) == 1)
        #expect(try await fixture.store.failureCount(of: account, for: identifier, since: noon + 1) == 0)
        #expect(try await fixture.store.dueAuthorizations(at: noon + 9, limit: 9) == [])
        // A failed one does not become valid.
        await #expect(throws: StoreFailure.self) {
            try await fixture.commit { $0.authorizations = [try fixture.authorization(late.id, .valid, revision: 2)] }
        }
    }

    @Test("a certificate is replaced by one order, until that came to nothing", arguments: StoreKind.allCases)
    func replacement(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        let serial = try await fixture.issue(1)
        let (first, second) = (try fixture.order(), try fixture.order())
        func replacing(_ order: ACMEOrder, instead: ResourceID?) async throws -> ACMECommit {
            try await fixture.commit {
                $0.orders = [order]
                $0.replacement = ACMEDecision.Replacement(certificate: serial, order: order.id, instead: instead)
            }
        }
        #expect(try await replacing(first, instead: nil) == .done)
        #expect(try await replacing(second, instead: nil) == .conflict)
        #expect(try await fixture.store.order(second.id) == nil)
        #expect(try await replacing(second, instead: first.id) == .done)
        #expect(try await fixture.store.order(replacing: serial)?.id == second.id)
    }

    @Test("what a decision rests on, and its audit entries, are of one piece with it", arguments: StoreKind.allCases)
    func oneDecision(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        let stale = fixture.account
        let rolled = ACMEFixture.account(stale.id, revision: 1)
        #expect(try await fixture.commit { $0.accounts = [rolled] } == .done)
        let order = try fixture.order()
        #expect(
            try await fixture.commit {
                $0.unchangedAccounts = [stale]
                $0.orders = [order]
                $0.audit = [fixture.base.audit()]
            } == .conflict)
        #expect(try await fixture.store.order(order.id) == nil)
        #expect(try await fixture.store.auditEnd() == nil)
        #expect(
            try await fixture.commit {
                $0.unchangedAccounts = [rolled]
                $0.orders = [order]
                $0.audit = [fixture.base.audit()]
            } == .done)
        #expect(try await fixture.store.auditEnd()?.last.sequence == 1)
    }

    @Test("E03: of a hundred who finalize one order at once over two nodes, one wins", arguments: StoreKind.allCases)
    func oneWinner(_ kind: StoreKind) async throws {
        let fixture = try await ACMEFixture(kind)
        let order = try fixture.order()
        #expect(try await fixture.commit { $0.orders = [order] } == .done)
        let nodes = [fixture.store, try await fixture.base.opened()]
        let busy = try fixture.order(order.id, fixture.processing(), revision: 1)
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    var decision = ACMEDecision()
                    decision.orders = [busy]
                    return try await nodes[number % 2].commit(decision) == .done
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(winners == 1)
    }
}
