import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import Synchronization

/// The port kept in memory: one lock is one transaction. A snapshot is what would be on the disk at that moment.
final class InMemoryStore: AuthorityStore {
    struct Contents: Sendable {
        var authority: AuthorityRecord?
        var issuers: [Issuer] = []
        var records: [SerialNumber: IssuanceRecord] = [:]
        var order: [SerialNumber] = []
        var blocked: Set<KeyFingerprint> = []
        var audit: [StoredAuditEntry] = []
        var head: AuditHead?
        var changeCounter: UInt64 = 0
        /// At which value of the counter each was last revoked or released.
        var changes: [SerialNumber: UInt64] = [:]
        var releases: [SerialNumber: Date] = [:]
        var invalidSince: [SerialNumber: Date] = [:]
        var lists: [ListKey: PublishedList] = [:]
        var filters: [FilterStanding.Kind: PublishedFilter] = [:]
    }

    struct ListKey: Hashable, Sendable {
        let issuer: KeyFingerprint
        let scope: ListScope
        let kind: ListStanding.Kind
    }

    /// Which call fails, and how, before it changes anything.
    struct Fault: Sendable {
        let operation: Operation
        let failure: StoreFailure
    }

    enum Operation: Sendable { case record, complete, abandon, revoke, publish, append, auditEnd, change }

    let contents: Mutex<Contents>
    private let fault = Mutex<Fault?>(nil)

    init(_ contents: Contents = Contents()) {
        self.contents = Mutex(contents)
    }

    var snapshot: Contents { contents.withLock { $0 } }

    func fail(_ operation: Operation, with failure: StoreFailure) {
        fault.withLock { $0 = Fault(operation: operation, failure: failure) }
    }

    func mend() {
        fault.withLock { $0 = nil }
    }

    /// What another process did to a record meanwhile.
    func set(_ state: IssuanceState, of serialNumber: SerialNumber) {
        contents.withLock { contents in
            guard let record = contents.records[serialNumber] else { return }
            contents.records[serialNumber] = IssuanceRecord(intent: record.intent, state: state)
        }
    }

    func create(_ authority: AuthorityRecord, audit: AuditAppend) async throws(StoreFailure) {
        try transaction { contents throws(StoreFailure) in
            guard contents.authority == nil else { throw .alreadyCreated }
            contents.authority = authority
            contents.begin(authority)
            try contents.append(audit)
        }
    }

    func permit(_ permissions: [Permission], at: Date, audit: AuditAppend) async throws(StoreFailure) {
        try transaction { contents throws(StoreFailure) in
            contents.authority = contents.authority?.permitting(permissions)
            try contents.append(audit)
        }
    }

    func publish(at address: PublicationAddress, at: Date, audit: AuditAppend) async throws(StoreFailure) {
        try transaction { contents throws(StoreFailure) in
            contents.authority = contents.authority.map { $0.publishing(at: [address] + $0.configuration.publishedAt) }
            try contents.append(audit)
        }
    }

    func authority() async throws(StoreFailure) -> AuthorityRecord? { snapshot.authority }

    func record(_ intent: IssuanceIntent, audit: AuditAppend) async throws(StoreFailure) {
        try transaction(.record) { contents throws(StoreFailure) in
            guard contents.records[intent.serialNumber] == nil else { throw .serialTaken(intent.serialNumber) }
            let issuer = contents.issuers.first { $0.key == intent.issuerKey }
            let isDelegate = intent.profile == "responder" && issuer?.state == .superseded
            guard issuer == nil || issuer?.state == .active || isDelegate else {
                throw .forbidden("only the active issuing authority issues")
            }
            contents.records[intent.serialNumber] = IssuanceRecord(intent: intent, state: .intended)
            contents.order.append(intent.serialNumber)
            try contents.append(audit)
        }
    }

    func complete(
        _ serialNumber: SerialNumber, certificate: [UInt8], at: Date, audit: AuditAppend
    ) async throws(StoreFailure) {
        try transaction(.complete) { contents throws(StoreFailure) in
            try contents.move(serialNumber, to: .issued(certificate: certificate, at: at))
            try contents.append(audit)
        }
    }

    func abandon(
        _ serialNumber: SerialNumber, because: String, at: Date, audit: AuditAppend
    ) async throws(StoreFailure) {
        try transaction(.abandon) { contents throws(StoreFailure) in
            try contents.move(serialNumber, to: .abandoned(because: because, at: at))
            try contents.append(audit)
        }
    }

    func unfinishedIntents() async throws(StoreFailure) -> [IssuanceIntent] {
        let contents = snapshot
        return contents.order.compactMap { contents.records[$0] }.filter { $0.state == .intended }.map(\.intent)
    }

    func revoke(_ orders: [RevocationOrder]) async throws(StoreFailure) -> [SerialNumber] {
        try transaction(.revoke) { contents throws(StoreFailure) in
            var revoked: [SerialNumber] = []
            for order in orders {
                guard let record = contents.records[order.serialNumber] else {
                    throw .unknownSerial(order.serialNumber)
                }
                var revocation = order.revocation
                if case .revoked(let earlier, _) = record.state {
                    guard order.reach.replaces(earlier.reason, by: revocation.reason) else { continue }
                    revocation = Revocation(revocation.reason, since: earlier.since)
                }
                contents.records[order.serialNumber] = IssuanceRecord(
                    intent: record.intent, state: .revoked(revocation, certificate: record.certificate))
                contents.changes[order.serialNumber] = contents.changeCounter + 1
                if let since = order.invalidSince { contents.invalidSince[order.serialNumber] = since }
                try contents.append(order.audit)
                revoked.append(order.serialNumber)
            }
            if !revoked.isEmpty { contents.changeCounter += 1 }
            return revoked
        }
    }

    func release(_ orders: [ReleaseOrder]) async throws(StoreFailure) -> [SerialNumber] {
        try transaction(.revoke) { contents throws(StoreFailure) in
            var released: [SerialNumber] = []
            for order in orders {
                guard let record = contents.records[order.serialNumber] else {
                    throw .unknownSerial(order.serialNumber)
                }
                guard case .revoked(let held, let certificate?) = record.state, held.reason == .certificateHold else {
                    continue
                }
                contents.records[order.serialNumber] = IssuanceRecord(
                    intent: record.intent, state: .issued(certificate: certificate, at: record.intent.at))
                contents.changes[order.serialNumber] = contents.changeCounter + 1
                contents.releases[order.serialNumber] = order.at
                try contents.append(order.audit)
                released.append(order.serialNumber)
            }
            if !released.isEmpty { contents.changeCounter += 1 }
            return released
        }
    }

    func revocations() async throws(StoreFailure) -> RevocationRecords {
        let contents = snapshot
        var revoked: [CertificateIdentifier: Revocation] = [:]
        for (serialNumber, record) in contents.records {
            guard case .revoked(let revocation, _) = record.state else { continue }
            revoked[CertificateIdentifier(issuerKey: record.intent.issuerKey, serialNumber: serialNumber)] = revocation
        }
        return RevocationRecords(revoked: revoked, changeCounter: contents.changeCounter).with(contents.issuers)
    }

    func revocationChanges(
        since changeCounter: UInt64, atMost limit: Int
    ) async throws(StoreFailure) -> RevocationChanges? {
        let contents = snapshot
        guard changeCounter <= contents.changeCounter else { return nil }
        var revoked: [CertificateIdentifier: Revocation] = [:]
        var released: Set<CertificateIdentifier> = []
        for (serialNumber, change) in contents.changes where change > changeCounter {
            guard let record = contents.records[serialNumber] else { continue }
            let identifier = CertificateIdentifier(issuerKey: record.intent.issuerKey, serialNumber: serialNumber)
            if case .revoked(let revocation, _) = record.state {
                revoked[identifier] = revocation
            } else {
                released.insert(identifier)
            }
        }
        guard revoked.count + released.count <= limit else { return nil }
        return RevocationChanges(
            since: changeCounter, changeCounter: contents.changeCounter, revoked: revoked, released: released
        ).with(contents.issuers)
    }

    func changeCounter() async throws(StoreFailure) -> UInt64 { snapshot.changeCounter }

    func isBlocked(_ key: KeyFingerprint) async throws(StoreFailure) -> Bool {
        let contents = snapshot
        return contents.blocked.contains(key)
            || contents.records.values.contains { record in
                guard case .revoked(let revocation, _) = record.state else { return false }
                return revocation.reason == .keyCompromise && record.intent.publicKey == key
            }
    }

    func block(_ key: KeyFingerprint, because: String, audit: AuditAppend) async throws(StoreFailure) {
        try transaction { contents throws(StoreFailure) in
            if contents.blocked.insert(key).inserted { try contents.append(audit) }
        }
    }

    func certificate(_ serialNumber: SerialNumber) async throws(StoreFailure) -> IssuanceRecord? {
        snapshot.records[serialNumber]
    }

    func certificates(matching query: CertificateQuery) async throws(StoreFailure) -> [IssuanceRecord] {
        Array(records(matching: query).prefix(query.limit))
    }

    func certificateCount(matching query: CertificateQuery) async throws(StoreFailure) -> Int {
        records(matching: query).count
    }

    private func records(matching query: CertificateQuery) -> [IssuanceRecord] {
        let contents = snapshot
        let older = query.before.map { cursor in contents.order.prefix { $0 != cursor } } ?? contents.order[...]
        return older.reversed().compactMap { contents.records[$0] }.filter { record in
            (query.identity ?? record.intent.identity) == record.intent.identity
                && (query.profile ?? record.intent.profile) == record.intent.profile
                && (query.identityPrefixes.isEmpty
                    || query.identityPrefixes.contains { record.intent.identity.hasPrefix($0) })
                && (query.issuer ?? record.intent.issuerKey) == record.intent.issuerKey
                && (query.key ?? record.intent.publicKey) == record.intent.publicKey
                && (query.issuedFrom.map { record.intent.at >= $0 } ?? true)
                && (query.issuedBefore.map { record.intent.at < $0 } ?? true)
                && query.states.contains(record.state.name)
                && query.validAt.map { record.intent.notAfter >= $0 } ?? true
        }
    }

    func append(_ audit: AuditAppend) async throws(StoreFailure) {
        try transaction(.append) { contents throws(StoreFailure) in try contents.append(audit) }
    }

    func auditEntries(from sequence: Int64, limit: Int) async throws(StoreFailure) -> [StoredAuditEntry] {
        Array(snapshot.audit.filter { $0.sequence >= sequence }.prefix(limit))
    }

    func auditEnd() async throws(StoreFailure) -> AuditEnd? {
        try checkFault(.auditEnd)
        let contents = snapshot
        return contents.audit.last.map { AuditEnd(last: $0, head: contents.head) }
    }

    private func checkFault(_ operation: Operation?) throws(StoreFailure) {
        if let fault = fault.withLock({ $0 }), fault.operation == operation { throw fault.failure }
    }

    func transaction<Value: Sendable>(
        _ operation: Operation? = nil, _ body: (inout Contents) throws(StoreFailure) -> Value
    ) throws(StoreFailure) -> Value {
        try checkFault(operation)
        return try contents.withLock { contents throws(StoreFailure) in
            var changed = contents
            let value = try body(&changed)
            contents = changed
            return value
        }
    }
}

extension InMemoryStore.Contents {
    mutating func append(_ audit: AuditAppend) throws(StoreFailure) {
        do {
            var continuation = AuditContinuation(after: self.audit.last, head: head)
            self.audit.append(try continuation.append(audit))
            head = try continuation.head()
        } catch {
            throw .audit(error)
        }
    }

    fileprivate mutating func move(_ serialNumber: SerialNumber, to state: IssuanceState) throws(StoreFailure) {
        guard let record = records[serialNumber] else { throw .unknownSerial(serialNumber) }
        guard record.state == .intended else { throw .conflict(serialNumber, found: record.state.name.rawValue) }
        records[serialNumber] = IssuanceRecord(intent: record.intent, state: state)
    }
}
