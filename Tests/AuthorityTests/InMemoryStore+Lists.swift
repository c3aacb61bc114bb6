import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import Synchronization

extension InMemoryStore: RevocationListStore {
    func listStandings(of issuer: KeyFingerprint) async throws(StoreFailure) -> [ListStanding] {
        snapshot.lists.filter { $0.key.issuer == issuer }.values.map(\.standing)
    }

    func list(
        of issuer: KeyFingerprint, _ scope: ListScope, _ kind: ListStanding.Kind
    ) async throws(StoreFailure) -> PublishedList? {
        snapshot.lists[ListKey(issuer: issuer, scope: scope, kind: kind)]
    }

    func changedShards(
        of issuer: KeyFingerprint, after changeCounter: UInt64
    ) async throws(StoreFailure) -> [ListScope: UInt64] {
        var found: [ListScope: UInt64] = [:]
        for (serialNumber, change) in snapshot.changes where change > changeCounter {
            found[.shard(of: serialNumber), default: 0] = max(found[.shard(of: serialNumber)] ?? 0, change)
        }
        return found
    }

    func contents(of lists: [ListSelection]) async throws(StoreFailure) -> ListContents {
        let contents = snapshot
        return ListContents(
            changeCounter: contents.changeCounter, entries: lists.map { Self.entries(of: $0, in: contents) })
    }

    private static func entries(of selection: ListSelection, in contents: Contents) -> RevokedCertificates {
        var entries = RevokedCertificates(expecting: contents.changes.count)
        for (serialNumber, change) in contents.changes.sorted(by: { $0.key.description < $1.key.description }) {
            guard selection.scope == .whole || selection.scope == .shard(of: serialNumber),
                let record = contents.records[serialNumber]
            else { continue }
            let revocation: Revocation? = if case .revoked(let found, _) = record.state { found } else { nil }
            switch selection.content {
            case .complete(let keptFrom, let listedUpTo):
                guard let revocation, record.intent.notAfter >= keptFrom || change > listedUpTo else { continue }
                entries.append(serialNumber, revocation, invalidSince: contents.invalidSince[serialNumber])
            case .delta(let after):
                guard change > after else { continue }
                if let revocation {
                    entries.append(serialNumber, revocation, invalidSince: contents.invalidSince[serialNumber])
                } else if let at = contents.releases[serialNumber] {
                    entries.append(released: serialNumber, at: at)
                }
            }
        }
        return entries
    }

    func publish(_ lists: [ListPublication], audit: AuditAppend) async throws(StoreFailure) -> Bool {
        try transaction(.publish) { contents throws(StoreFailure) in
            for publication in lists {
                let key = Self.key(publication)
                guard contents.lists[key]?.standing.number == publication.replaces else { return false }
            }
            for publication in lists { contents.lists[Self.key(publication)] = publication.list }
            try contents.append(audit)
            return true
        }
    }

    private static func key(_ publication: ListPublication) -> ListKey {
        let standing = publication.list.standing
        return ListKey(issuer: standing.issuerKey, scope: standing.scope, kind: standing.kind)
    }
}
