import Foundation
import SymbolonAdministration
import SymbolonAudit
public import SymbolonAuthority
import SymbolonKeys
import SymbolonNames
import SymbolonTokens
import SymbolonWire

/// What an operator does with ACME accounts and with the keys for external account binding.
public struct ACMEDesk: Sendable {
    private let authority: IssuingAuthority
    private let store: any ACMEStore

    public init(authority: IssuingAuthority, store: any ACMEStore) {
        self.authority = authority
        self.store = store
    }

    /// More than a person reads, little enough to hold in memory.
    private static let most = 1000

    // MARK: Accounts

    func accounts(limit: Int?) async throws(AdministrationFailure) -> ACMEAccountList {
        let found = try await stored { try await store.accounts(limit: min(limit ?? Self.most, Self.most)) }
        return ACMEAccountList(accounts: found.map(\.report))
    }

    func account(_ id: String) async throws(AdministrationFailure) -> ACMEAccountReport {
        try await found(id).report
    }

    func deactivate(_ id: String, in call: Call) async throws(AdministrationFailure) -> ACMEAccountReport {
        // 8: each time another request was faster, and has got on.
        for _ in 0..<8 {
            var account = try await found(id)
            guard account.status == .valid else { return account.report }
            account.status = .revoked
            account.revision += 1
            var decision = ACMEDecision()
            decision.accounts = [account]
            decision.audit = [
                authority.sealed(.acmeAccountDeactivated(account, actor: call.actor, at: authority.now))
            ]
            let complete = decision
            if try await stored({ try await store.commit(complete) }) == .done { return account.report }
        }
        throw Self.busy
    }

    private func found(_ id: String) async throws(AdministrationFailure) -> ACMEAccount {
        guard let resource = ResourceID(id), let account = try await stored({ try await store.account(resource) })
        else {
            throw AdministrationFailure(
                .notFound, what: "there is no ACME account \(id.debugDescription)",
                mend: "see what there is: symbolon acme account list")
        }
        return account
    }

    // MARK: Keys

    func keys(limit: Int?) async throws(AdministrationFailure) -> ExternalAccountKeyList {
        let found = try await stored { try await store.externalAccountKeys(limit: min(limit ?? Self.most, Self.most)) }
        return ExternalAccountKeyList(keys: found.map(\.report))
    }

    func create(
        _ wish: CreateExternalAccountKey, in call: Call
    ) async throws(AdministrationFailure) -> NewExternalAccountKey {
        let now = authority.now
        if let end = wish.expiresAt, end <= now {
            throw AdministrationFailure(.refused, what: "the key would have ended before it is given out")
        }
        let policy = try wish.policy.map { report throws(AdministrationFailure) in try ACMEPolicy(report) }
        var octets: [UInt8] = .random(ExternalAccountKey.octets)
        defer { wipe(&octets) }
        let key = ExternalAccountKey(
            id: ResourceID.random().description, secret: SecretBytes(copying: octets), policy: policy, createdAt: now,
            createdBy: call.actor, expiresAt: wish.expiresAt)
        var decision = ACMEDecision()
        decision.externalAccountKeys = [key]
        decision.audit = [
            authority.sealed(.externalAccountKey(.externalAccountKeyCreated, key, actor: call.actor, at: now))
        ]
        let complete = decision
        guard try await stored({ try await store.commit(complete) }) == .done else { throw Self.busy }
        return NewExternalAccountKey(key: key.report, secret: Base64URL.encode(octets))
    }

    func revoke(_ id: String, in call: Call) async throws(AdministrationFailure) -> ExternalAccountKeyReport {
        for _ in 0..<8 {
            guard var key = try await stored({ try await store.externalAccountKey(id) }) else {
                throw AdministrationFailure(
                    .notFound, what: "there is no external account key \(id.debugDescription)",
                    mend: "see what there is: symbolon acme eab list")
            }
            let now = authority.now
            guard key.revoke(at: now) else { return key.report }
            var decision = ACMEDecision()
            decision.externalAccountKeys = [key]
            decision.audit = [
                authority.sealed(.externalAccountKey(.externalAccountKeyRevoked, key, actor: call.actor, at: now))
            ]
            let complete = decision
            if try await stored({ try await store.commit(complete) }) == .done { return key.report }
        }
        throw Self.busy
    }

    // MARK: Failures

    private static let busy = AdministrationFailure(
        .conflict, what: "others are changing the same thing", mend: "try again", retryAfter: 1)

    private func stored<Value: Sendable>(
        _ work: () async throws -> Value
    ) async throws(AdministrationFailure) -> Value {
        do {
            return try await work()
        } catch {
            throw AdministrationFailure((error as? StoreFailure) ?? .unavailable("\(error)"))
        }
    }
}

extension ACMEAccount {
    fileprivate var report: ACMEAccountReport {
        ACMEAccountReport(
            id: id.description, status: status.rawValue, contacts: contacts, key: key.description,
            thumbprint: JWK.thumbprint(key), externalAccountKey: externalAccount, policy: policy?.report,
            createdAt: createdAt, createdFrom: createdFrom)
    }
}

extension ExternalAccountKey {
    fileprivate var report: ExternalAccountKeyReport {
        var account: String?
        if case .bound(let id, at: _) = state { account = id.description }
        return ExternalAccountKeyReport(
            id: id, state: state.name.rawValue, account: account, policy: policy?.report, createdAt: createdAt,
            createdBy: createdBy, expiresAt: expiresAt)
    }
}

extension ACMEPolicy {
    fileprivate var report: ACMEPolicyReport {
        ACMEPolicyReport(
            permitted: permitted?.map(\.description), wildcards: allowsWildcards, profiles: profiles,
            orders: orders.count, orderSeconds: Int(orders.window.components.seconds))
    }

    /// What an operator wrote.
    init(_ report: ACMEPolicyReport) throws(AdministrationFailure) {
        guard (1...1_000_000).contains(report.orders), (1...31_536_000).contains(report.orderSeconds) else {
            throw AdministrationFailure(
                .malformed, what: "the orders are from 1 to 1000000, in 1 to 31536000 seconds")
        }
        self.init(
            permitted: try report.permitted?.map { text throws(AdministrationFailure) in try Self.permission(text) },
            allowsWildcards: report.wildcards, profiles: report.profiles,
            orders: Allowance(report.orders, in: .seconds(report.orderSeconds)))
    }

    private static func permission(_ text: String) throws(AdministrationFailure) -> Permission {
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, let permission = try? Permission(kind: parts[0], name: parts[1]), parts[0] != "mail"
        else {
            throw AdministrationFailure(
                .malformed, what: "\(text.debugDescription) is nothing that can be permitted",
                mend: "write dns:SUFFIX or ip:NETWORK, as in dns:apps.example.internal or ip:10.0.0.0/8")
        }
        return permission
    }
}
