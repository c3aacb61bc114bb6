import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import Synchronization

@testable import SymbolonEnrollment

/// The port kept in memory: one lock is one transaction. Values go in and out through their stored form, as in a table.
final class InMemoryACMEStore: ACMEStore {
    struct Contents: Sendable {
        var accounts: [ResourceID: [UInt8]] = [:]
        var accountKeys: [KeyFingerprint: ResourceID] = [:]
        var accountOrder: [ResourceID] = []
        var externalKeys: [String: [UInt8]] = [:]
        var orders: [ResourceID: [UInt8]] = [:]
        var orderOrder: [ResourceID] = []
        var authorizations: [ResourceID: [UInt8]] = [:]
        var replacements: [SerialNumber: ResourceID] = [:]
    }

    private let contents = Mutex(Contents())
    private let failure = Mutex<StoreFailure?>(nil)
    private let committed = Mutex(0)
    /// How many transactions there were.
    var commits: Int { committed.withLock { $0 } }
    /// Where audit entries go: the authority's own store.
    private let audit: InMemoryStore

    init(audit: InMemoryStore) { self.audit = audit }

    func fail(with failure: StoreFailure?) { self.failure.withLock { $0 = failure } }

    func commit(_ decision: ACMEDecision) async throws(StoreFailure) -> ACMECommit {
        if let failure = failure.withLock({ $0 }) { throw failure }
        let outcome = try contents.withLock { contents throws(StoreFailure) -> ACMECommit in
            var next = contents
            guard try next.apply(decision) else { return .conflict }
            contents = next
            return .done
        }
        if outcome == .done { committed.withLock { $0 += 1 } }
        if outcome == .done { for one in decision.audit { try await audit.append(one) } }
        return outcome
    }

    func record(
        _ intent: IssuanceIntent, audit: AuditAppend, with decision: ACMEDecision
    ) async throws(StoreFailure) {
        try await together(with: decision) { () async throws(StoreFailure) in
            try await self.audit.record(intent, audit: audit)
        }
    }

    func complete(
        _ serialNumber: SerialNumber, certificate: [UInt8], at: Date, audit: AuditAppend, with decision: ACMEDecision
    ) async throws(StoreFailure) {
        try await together(with: decision) { () async throws(StoreFailure) in
            try await self.audit.complete(serialNumber, certificate: certificate, at: at, audit: audit)
        }
    }

    /// Two locks are not one transaction: the decision is taken first, and is undone where the other store fails.
    private func together(
        with decision: ACMEDecision, _ work: () async throws(StoreFailure) -> Void
    ) async throws(StoreFailure) {
        if let failure = failure.withLock({ $0 }) { throw failure }
        let before = try contents.withLock { contents throws(StoreFailure) -> Contents in
            let before = contents
            guard try contents.apply(decision) else {
                contents = before
                throw .overtaken
            }
            return before
        }
        do {
            try await work()
        } catch {
            contents.withLock { $0 = before }
            throw error
        }
        committed.withLock { $0 += 1 }
        for one in decision.audit { try await audit.append(one) }
    }

    func account(_ id: ResourceID) async throws(StoreFailure) -> ACMEAccount? { try read { try $0.account(id) } }

    func account(withKey key: KeyFingerprint) async throws(StoreFailure) -> ACMEAccount? {
        try read { contents in try contents.accountKeys[key].flatMap { try contents.account($0) } }
    }

    func accounts(limit: Int) async throws(StoreFailure) -> [ACMEAccount] {
        try read { contents in
            Array(try contents.accountOrder.reversed().compactMap { try contents.account($0) }.prefix(limit))
        }
    }

    func accountCount(from network: String, since: Date) async throws(StoreFailure) -> Int {
        let all = try await accounts(limit: .max)
        return all.count { $0.createdFrom == network && $0.createdAt >= since }
    }

    func externalAccountKey(_ id: String) async throws(StoreFailure) -> ExternalAccountKey? {
        try read { try $0.externalKey(id) }
    }

    func externalAccountKeys(limit: Int) async throws(StoreFailure) -> [ExternalAccountKey] {
        try read { contents in try contents.externalKeys.keys.compactMap(contents.externalKey) }
    }

    func order(_ id: ResourceID) async throws(StoreFailure) -> ACMEOrderRecord? {
        try read { contents in
            guard let order = try contents.order(id) else { return nil }
            return ACMEOrderRecord(
                order: order, authorizations: try order.authorizations.compactMap(contents.authorization))
        }
    }

    func order(certificate: SerialNumber) async throws(StoreFailure) -> ACMEOrder? {
        let all = try allOrders()
        return all.first { $0.state == .valid(certificate) }
    }

    func orders(of account: ResourceID, after: ResourceID?, limit: Int) async throws(StoreFailure) -> [ResourceID] {
        let all = try allOrders()
        var ids = all.filter { $0.account == account && $0.state.name != .invalid }.map(\.id)
        if let after, let position = ids.firstIndex(of: after) { ids.removeFirst(position + 1) }
        return Array(ids.prefix(limit))
    }

    func hasMade(_ count: Int, ordersSince since: Date, _ account: ResourceID) async throws(StoreFailure) -> Bool {
        let all = try allOrders()
        return all.count { $0.account == account && $0.createdAt >= since } >= count
    }

    func order(replacing certificate: SerialNumber) async throws(StoreFailure) -> ACMEOrder? {
        try read { contents in
            try contents.replacements[certificate].flatMap { try contents.order($0) }
        }
    }

    func unfinishedOrders(since: Date, limit: Int) async throws(StoreFailure) -> [ACMEOrder] {
        let all = try allOrders()
        return all.filter { order in
            if case .processing(let finalization) = order.state { finalization.since <= since } else { false }
        }
    }

    func authorization(_ id: ResourceID) async throws(StoreFailure) -> ACMEAuthorization? {
        try read { try $0.authorization(id) }
    }

    func validAuthorizations(
        of account: ResourceID, for identifiers: [ACMEIdentifier], until: Date
    ) async throws(StoreFailure) -> [ACMEAuthorization] {
        let all = try allAuthorizations()
        return all.filter {
            $0.account == account && identifiers.contains($0.identifier) && $0.status == .valid && $0.expiresAt > until
        }
    }

    func failureCount(
        of account: ResourceID, for identifier: ACMEIdentifier, since: Date
    ) async throws(StoreFailure) -> Int {
        let all = try allAuthorizations()
        return all.count {
            $0.account == account && $0.identifier == identifier && $0.status == .invalid && $0.createdAt >= since
        }
    }

    func dueAuthorizations(at now: Date, limit: Int) async throws(StoreFailure) -> [ACMEAuthorization] {
        let all = try allAuthorizations()
        return all.filter { $0.status == .pending && $0.attempt.map { $0.dueAt <= now } ?? false }
    }

    func allOrders() throws(StoreFailure) -> [ACMEOrder] {
        try read { contents in try contents.orderOrder.compactMap(contents.order) }
    }

    func allAuthorizations() throws(StoreFailure) -> [ACMEAuthorization] {
        try read { contents in try contents.authorizations.keys.compactMap(contents.authorization) }
    }

    private func read<Value: Sendable>(
        _ body: (Contents) throws -> Value
    ) throws(StoreFailure) -> Value {
        if let failure = failure.withLock({ $0 }) { throw failure }
        do {
            return try body(contents.withLock { $0 })
        } catch {
            throw (error as? StoreFailure) ?? .unavailable("\(error)")
        }
    }
}

extension InMemoryACMEStore.Contents {
    func account(_ id: ResourceID) throws(StoreFailure) -> ACMEAccount? {
        guard let text = accounts[id] else { return nil }
        return try ACMEAccount(stored: text)
    }

    func externalKey(_ id: String) throws(StoreFailure) -> ExternalAccountKey? {
        guard let text = externalKeys[id] else { return nil }
        return try ExternalAccountKey(stored: text)
    }

    func order(_ id: ResourceID) throws(StoreFailure) -> ACMEOrder? {
        guard let text = orders[id] else { return nil }
        return try ACMEOrder(stored: text)
    }

    func authorization(_ id: ResourceID) throws(StoreFailure) -> ACMEAuthorization? {
        guard let text = authorizations[id] else { return nil }
        return try ACMEAuthorization(stored: text)
    }

    /// False, with some of it done, when there is a conflict.
    mutating func apply(_ decision: ACMEDecision) throws(StoreFailure) -> Bool {
        for one in decision.unchangedAccounts {
            guard try account(one.id)?.revision == one.revision else { return false }
        }
        for one in decision.unchangedAuthorizations {
            guard try authorization(one.id)?.revision == one.revision else { return false }
        }
        for one in decision.accounts {
            let known = try account(one.id)
            guard follows(one.revision, known?.revision) else { return false }
            if let owner = accountKeys[one.key.fingerprint], owner != one.id { return false }
            if let known { accountKeys[known.key.fingerprint] = nil } else { accountOrder.append(one.id) }
            accountKeys[one.key.fingerprint] = one.id
            accounts[one.id] = one.stored
        }
        for one in decision.externalAccountKeys {
            guard follows(one.revision, try externalKey(one.id)?.revision) else { return false }
            externalKeys[one.id] = one.stored
        }
        for one in decision.authorizations {
            guard follows(one.revision, try authorization(one.id)?.revision) else { return false }
            authorizations[one.id] = one.stored
        }
        for one in decision.orders {
            let known = try order(one.id)
            guard follows(one.revision, known?.revision) else { return false }
            if known == nil { orderOrder.append(one.id) }
            orders[one.id] = one.stored
        }
        if let replacement = decision.replacement {
            guard replacements[replacement.certificate] == replacement.instead else { return false }
            replacements[replacement.certificate] = replacement.order
        }
        return true
    }

    private func follows(_ revision: Int64, _ known: Int64?) -> Bool {
        revision == 0 ? known == nil : known == revision - 1
    }
}
