public import Foundation
public import SymbolonAudit
import SymbolonKeys

extension IssuingAuthority {
    /// Opens the authority that a store holds. Call `recover` before issuing.
    /// - Parameters:
    ///   - noted: the audit head as noted outside the store, if there is one. A store that was put back to an earlier
    ///     day does not contain it, and is refused: it has forgotten certificates that exist.
    ///   - clock: now. Passed in, so that tests choose.
    ///   - random: where serial numbers come from; the system's generator unless told.
    public static func open(
        _ store: any AuthorityStore, keys: AuthorityKeys, noted: AuditHead? = nil,
        clock: @escaping @Sendable () -> Date,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) async throws(AuthorityFailure) -> IssuingAuthority {
        try await open(store, keys: keys, noted: noted, clock: clock, random: random, faults: .none)
    }

    package static func open(
        _ store: any AuthorityStore, keys: AuthorityKeys, noted: AuditHead? = nil,
        clock: @escaping @Sendable () -> Date,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator(), faults: IssuanceFaults
    ) async throws(AuthorityFailure) -> IssuingAuthority {
        let sealer: AuditSealer
        do {
            sealer = try AuditSealer(key: keys.audit)
        } catch {
            throw .audit(error)
        }
        let record = try await record(in: store)
        guard record.auditKey == sealer.publicKey.subjectPublicKeyInfo else { throw .keyDoesNotFit(.audit) }
        let issuers = try IssuersInForce(record, await issuers(in: store), signer: keys.issuing)
        if let noted { try await check(noted, isIn: store, signedBy: sealer.publicKey) }
        return IssuingAuthority(
            record.configuration, issuers, findKey: keys.find, sealer: sealer, store: store, clock: clock,
            random: random,
            faults: faults)
    }

    static func issuers(in store: any AuthorityStore) async throws(AuthorityFailure) -> [Issuer] {
        do {
            return try await store.issuers()
        } catch {
            throw .store(error)
        }
    }

    static func record(in store: any AuthorityStore) async throws(AuthorityFailure) -> AuthorityRecord {
        let record: AuthorityRecord?
        do throws(StoreFailure) {
            record = try await store.authority()
        } catch {
            throw .store(error)
        }
        guard let record else { throw .notCreated }
        return record
    }

    /// The entry that the noted head signed for is where it was.
    private static func check(
        _ noted: AuditHead, isIn store: any AuthorityStore, signedBy key: PublicKey
    ) async throws(AuthorityFailure) {
        guard noted.isSigned(by: key) else { throw .audit(.headNotSigned(count: noted.count)) }
        let entry: StoredAuditEntry?
        let found: Int64
        do throws(StoreFailure) {
            entry = try await store.auditEntries(from: noted.count, limit: 1).first
            found = try await store.auditEnd()?.last.sequence ?? 0
        } catch {
            throw .store(error)
        }
        guard let entry, entry.sequence == noted.count, entry.hash == noted.hash else {
            throw .storeWasPutBack(noted: noted.count, found: found)
        }
    }
}
