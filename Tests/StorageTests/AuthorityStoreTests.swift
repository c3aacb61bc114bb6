import Foundation
import GRDB
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import Testing

@testable import SymbolonStorage

@Suite("What is recorded is what is read, on either engine")
struct StoreRoundTrip {
    @Test("the authority itself, once", arguments: StoreKind.allCases)
    func authority(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        let record = AuthorityRecord(
            configuration: try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")),
            rootCertificate: [1], issuingCertificate: [2], auditKey: [3], createdAt: noon)
        try await store.create(record, audit: fixture.audit(.authorityCreated))
        #expect(try await store.authority() == record)
        await #expect(throws: StoreFailure.alreadyCreated) {
            try await store.create(record, audit: fixture.audit(.authorityCreated))
        }
        #expect(try await store.auditEntries(from: 1, limit: 10).count == 1)
    }

    @Test("an intent, completed", arguments: StoreKind.allCases)
    func completed(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        let intent = try fixture.intent(1)
        try await store.record(intent, audit: fixture.audit())
        #expect(try await store.certificate(intent.serialNumber) == IssuanceRecord(intent: intent, state: .intended))
        #expect(try await store.unfinishedIntents() == [intent])
        try await store.complete(intent.serialNumber, certificate: [9, 9], at: noon + 0.25, audit: fixture.audit())
        #expect(
            try await store.certificate(intent.serialNumber)
                == IssuanceRecord(intent: intent, state: .issued(certificate: [9, 9], at: noon + 0.25)))
        #expect(try await store.unfinishedIntents().isEmpty)
    }

    @Test("an intent, abandoned", arguments: StoreKind.allCases)
    func abandoned(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        let intent = try fixture.intent(1)
        try await store.record(intent, audit: fixture.audit())
        try await store.abandon(intent.serialNumber, because: "crash", at: noon, audit: fixture.audit())
        #expect(try await store.certificate(intent.serialNumber)?.state == .abandoned(because: "crash", at: noon))
        #expect(try await store.unfinishedIntents().isEmpty)
    }

    @Test("a revocation from each state, with what was known of the certificate", arguments: StoreKind.allCases)
    func revoked(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        for number: UInt32 in 1...3 { try await store.record(fixture.intent(number), audit: fixture.audit()) }
        try await store.complete(StoreFixture.serial(1), certificate: [9], at: noon, audit: fixture.audit())
        try await store.abandon(StoreFixture.serial(2), because: "lint", at: noon, audit: fixture.audit())
        let done = try await store.revoke([fixture.order(1), fixture.order(2, .keyCompromise), fixture.order(3)])
        #expect(done == (try (1...3).map { try StoreFixture.serial($0) }))
        let states = try await store.certificates(matching: CertificateQuery()).map(\.state)
        #expect(
            states == [
                .revoked(Revocation(.superseded, since: noon), certificate: nil),
                .revoked(Revocation(.keyCompromise, since: noon), certificate: nil),
                .revoked(Revocation(.superseded, since: noon), certificate: [9]),
            ])
        #expect(try await store.changeCounter() == 1)
        let records = try await store.revocations()
        #expect(records.changeCounter == 1)
        #expect(records.revoked.count == 3)
        let second = CertificateIdentifier(issuerKey: fixture.issuer, serialNumber: try StoreFixture.serial(2))
        #expect(records.revoked[second] == Revocation(.keyCompromise, since: noon))
    }

    @Test("a second revocation changes nothing and writes nothing", arguments: StoreKind.allCases)
    func revokedTwice(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        try await store.record(fixture.intent(1), audit: fixture.audit())
        _ = try await store.revoke([fixture.order(1, .superseded)])
        let entries = try await store.auditEntries(from: 1, limit: 100)
        #expect(try await store.revoke([fixture.order(1, .keyCompromise, since: noon + 9)]).isEmpty)
        #expect(try await store.changeCounter() == 1)
        #expect(try await store.auditEntries(from: 1, limit: 100) == entries)
        #expect(try await store.revocations().revoked.values.map(\.reason) == [.superseded])
    }

    @Test("one unknown serial among several revokes none of them", arguments: StoreKind.allCases)
    func unknown(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        try await store.record(fixture.intent(1), audit: fixture.audit())
        await #expect(throws: StoreFailure.unknownSerial(try StoreFixture.serial(2))) {
            try await store.revoke([fixture.order(1), fixture.order(2)])
        }
        #expect(try await store.certificate(StoreFixture.serial(1))?.state == .intended)
        #expect(try await store.changeCounter() == 0)
        #expect(try await store.auditEntries(from: 1, limit: 100).count == 1)
    }

    @Test("a step from a state that does not allow it is refused and leaves no trace", arguments: StoreKind.allCases)
    func conflicts(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        try await store.record(fixture.intent(1), audit: fixture.audit())
        let serial = try StoreFixture.serial(1)
        try await store.complete(serial, certificate: [9], at: noon, audit: fixture.audit())
        await #expect(throws: StoreFailure.conflict(serial, found: "issued")) {
            try await store.complete(serial, certificate: [8], at: noon, audit: fixture.audit())
        }
        await #expect(throws: StoreFailure.conflict(serial, found: "issued")) {
            try await store.abandon(serial, because: "late", at: noon, audit: fixture.audit())
        }
        await #expect(throws: StoreFailure.unknownSerial(try StoreFixture.serial(2))) {
            try await store.complete(StoreFixture.serial(2), certificate: [8], at: noon, audit: fixture.audit())
        }
        #expect(try await store.auditEntries(from: 1, limit: 100).count == 2)
    }

    @Test("lists newest first, narrowed by identity, profile, state, time and number", arguments: StoreKind.allCases)
    func queries(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        try await store.record(fixture.intent(1, identity: "a"), audit: fixture.audit())
        try await store.record(fixture.intent(2, identity: "b", profile: "client"), audit: fixture.audit())
        try await store.record(fixture.intent(3, identity: "a", notAfter: noon), audit: fixture.audit())
        try await store.abandon(StoreFixture.serial(3), because: "lint", at: noon, audit: fixture.audit())
        func found(_ query: CertificateQuery) async throws -> [SerialNumber] {
            try await store.certificates(matching: query).map(\.intent.serialNumber)
        }
        let (one, two, three) = (
            try StoreFixture.serial(1), try StoreFixture.serial(2), try StoreFixture.serial(3)
        )
        #expect(try await found(CertificateQuery()) == [three, two, one])
        #expect(try await found(CertificateQuery(identity: "a")) == [three, one])
        #expect(try await found(CertificateQuery(profile: "client")) == [two])
        #expect(try await found(CertificateQuery(states: [.abandoned])) == [three])
        #expect(try await found(CertificateQuery(states: [])) == [])
        #expect(try await found(CertificateQuery(validAt: noon)) == [three, two, one])
        #expect(try await found(CertificateQuery(validAt: noon + 0.0001)) == [two, one])
        #expect(try await found(CertificateQuery(limit: 1)) == [three])
        #expect(try await found(CertificateQuery(identity: "a' OR '1'='1")) == [])
    }

    @Test("a key is blocked for good, by hand or by its compromise", arguments: StoreKind.allCases)
    func blocked(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        let (first, second) = (
            SigningKey.make(.p256).publicKey.fingerprint, SigningKey.make(.p256).publicKey.fingerprint
        )
        #expect(try await store.isBlocked(first) == false)
        try await store.block(first, because: "reported", audit: fixture.audit(.keyBlocked))
        try await store.block(first, because: "again", audit: fixture.audit(.keyBlocked))
        #expect(try await store.isBlocked(first))
        #expect(try await store.auditEntries(from: 1, limit: 100).count == 1)

        try await store.record(fixture.intent(1, key: second), audit: fixture.audit())
        try await store.record(fixture.intent(2, key: second), audit: fixture.audit())
        _ = try await store.revoke([fixture.order(1, .superseded)])
        #expect(try await store.isBlocked(second) == false)
        _ = try await store.revoke([fixture.order(2, .keyCompromise)])
        #expect(try await store.isBlocked(second))
    }

    @Test("A05: text of any characters reads back as it was", arguments: StoreKind.allCases)
    func characters(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        let odd = "a\nb\"c'd\\e\u{1B}[31mf;--é🔑"
        try await store.record(fixture.intent(1, identity: odd), audit: fixture.audit(.certificateIntended, odd + "\0"))
        #expect(try await store.unfinishedIntents().first?.identity == odd)
        let entries = try await store.auditEntries(from: 1, limit: 10)
        #expect(try entries.map { try AuditEntry($0).event.subject } == [odd + "\0"])
    }

    @Test("a name with a NUL is refused whole; a reason with one is kept readable", arguments: StoreKind.allCases)
    func nul(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        await #expect {
            try await store.record(fixture.intent(1, identity: "web\0.evil"), audit: fixture.audit())
        } throws: {
            if case StoreFailure.forbidden = $0 { true } else { false }
        }
        #expect(try await store.auditEntries(from: 1, limit: 10).isEmpty)
        try await store.record(fixture.intent(1), audit: fixture.audit())
        try await store.abandon(StoreFixture.serial(1), because: "name \0 refused", at: noon, audit: fixture.audit())
        #expect(
            try await store.certificate(StoreFixture.serial(1))?.state
                == .abandoned(because: "name \u{FFFD} refused", at: noon))
    }

    @Test("the address of a service is noted, replaced, and withdrawn by its owner only", arguments: StoreKind.allCases)
    func endpoints(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let store = fixture.store
        #expect(try await store.endpoint(of: "web") == nil)
        let first = ServiceEndpoint(service: "web", address: "127.0.0.1:4000", updatedAt: noon)
        let second = ServiceEndpoint(service: "web", address: "127.0.0.1:4001", updatedAt: noon + 1)
        try await store.publish(first)
        try await store.publish(second)
        try await store.withdraw(service: "web", address: first.address)
        #expect(try await store.endpoint(of: "web") == second)
        try await store.withdraw(service: "web", address: second.address)
        #expect(try await store.endpoint(of: "web") == nil)
    }
}

@Suite("Several writers, one line of audit entries")
struct ConcurrentWriters {
    @Test(
        "C01: two nodes and 64 tasks: the chain is linear and no serial is taken twice", arguments: StoreKind.allCases)
    func linear(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let stores = [fixture.store, try await fixture.opened()]
        // Every serial number is tried twice, once through each connection.
        let taken = try await withThrowingTaskGroup(of: Int.self) { group in
            for number: UInt32 in 0..<64 {
                let (store, intent) = (stores[Int(number) % 2], try fixture.intent(number / 2))
                group.addTask { try await record(intent, in: store, fixture) ? 0 : 1 }
            }
            return try await group.reduce(0, +)
        }
        #expect(taken == 32)
        #expect(try await fixture.store.unfinishedIntents().count == 32)
        guard case .intact(count: 32, _) = try await fixture.verdict() else {
            Issue.record("the record is \(try await fixture.verdict())")
            return
        }
    }

    /// False when the serial number was taken.
    private func record(
        _ intent: IssuanceIntent, in store: AuthorityDatabase, _ fixture: StoreFixture
    ) async throws -> Bool {
        do {
            try await store.record(intent, audit: fixture.audit())
            return true
        } catch {
            guard error == .serialTaken(intent.serialNumber) else { throw error }
            return false
        }
    }

    @Test("a cancelled task's write is done all the same, and said to be", arguments: StoreKind.allCases)
    func cancelled(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let task = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        }
        try await task.value
        #expect(try await fixture.store.unfinishedIntents().count == 1)
    }

    @Test(
        "a record whose end was cut off is not continued, and what was asked is not done", arguments: StoreKind.allCases
    )
    func cutTail(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        for number: UInt32 in 1...3 { try await fixture.store.record(fixture.intent(number), audit: fixture.audit()) }
        try await fixture.stranger(
            sqlite: """
                DROP TRIGGER audit_entry_kept; PRAGMA defer_foreign_keys = ON; DROP TRIGGER audit_head_forward;
                UPDATE audit_head SET count = 2; DELETE FROM audit_entry WHERE sequence = 3;
                """,
            postgreSQL: """
                ALTER TABLE audit_entry DISABLE TRIGGER USER; ALTER TABLE audit_head DISABLE TRIGGER USER;
                UPDATE audit_head SET count = 2; DELETE FROM audit_entry WHERE sequence = 3;
                """)
        await #expect(throws: StoreFailure.audit(.headNotSigned(count: 2))) {
            try await fixture.store.record(fixture.intent(4), audit: fixture.audit())
        }
        #expect(try await fixture.store.unfinishedIntents().count == 3)
    }
}

@Suite("A01: a store that cannot be written refuses with the reason, in bounded time")
struct UnwritableStore {
    @Test("A01: full: refused whole, the record intact, and good again once there is room")
    func full() async throws {
        let fixture = try StoreFixture()
        try await fixture.store.record(fixture.intent(0), audit: fixture.audit())
        let pages = try await fixture.store.engine.write { transaction in
            try transaction.row("PRAGMA page_count")?.integer("page_count") ?? 0
        }
        try await fixture.store.engine.write { try $0.script("PRAGMA max_page_count = \(pages)") }
        var recorded = 1
        var refusal: StoreFailure?
        while refusal == nil, recorded < 1000 {
            do {
                try await fixture.store.record(fixture.intent(UInt32(recorded)), audit: fixture.audit())
                recorded += 1
            } catch let failure as StoreFailure {
                refusal = failure
            }
        }
        guard case .full = refusal else {
            Issue.record("not full but \(String(describing: refusal))")
            return
        }
        #expect(try await fixture.store.unfinishedIntents().count == recorded)
        #expect(
            try await fixture.verdict()
                == .intact(count: Int64(recorded), hash: fixture.store.auditEnd()?.last.hash ?? []))

        try await fixture.store.engine.write { try $0.script("PRAGMA max_page_count = \(pages + 100)") }
        try await fixture.store.record(fixture.intent(UInt32(recorded)), audit: fixture.audit())
        #expect(try await fixture.store.unfinishedIntents().count == recorded + 1)
    }

    @Test("A01: opened for reading only", arguments: StoreKind.allCases)
    func readOnly(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let reader = try await fixture.opened(mode: .readOnly)
        await #expect(throws: StoreFailure.readOnly("\(fixture.store.place) was opened for reading only")) {
            try await reader.record(fixture.intent(1), audit: fixture.audit())
        }
        #expect(try await reader.unfinishedIntents().isEmpty)
    }

    @Test("A01: a read-only file")
    func readOnlyFile() throws {
        let fixture = try StoreFixture()
        try setMode(fixture.path, 0o400)
        let cause = FileFailure.notPermitted(path: fixture.path, operation: "write").explanation
        #expect(throws: StoreFailure.readOnly(cause)) { try AuthorityDatabase.open(at: fixture.path) }
        _ = try AuthorityDatabase.open(at: fixture.path, mode: .readOnly)
        try setMode(fixture.path, 0o600)
        _ = try AuthorityDatabase.open(at: fixture.path)
    }

    @Test("A01: SQLite's own refusal to write")
    func queryOnly() async throws {
        let fixture = try StoreFixture()
        try await fixture.store.engine.write { try $0.script("PRAGMA query_only = ON") }
        await #expect {
            try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        } throws: {
            if case StoreFailure.readOnly = $0 { true } else { false }
        }
    }

    @Test("A01: held by another process for longer than patience lasts")
    func busy() async throws {
        let fixture = try StoreFixture()
        let impatient = AuthorityDatabase(try SQLiteEngine(fixture.path, mode: .readWrite, patience: 0.01))
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let holder = try DatabaseQueue(path: fixture.path, configuration: configuration)
        try await holder.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        await #expect {
            try await impatient.record(fixture.intent(1), audit: fixture.audit())
        } throws: {
            if case StoreFailure.busy = $0 { true } else { false }
        }
        try await holder.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try await impatient.record(fixture.intent(1), audit: fixture.audit())
    }

    @Test("what somebody edited into nonsense is reported as damage", arguments: StoreKind.allCases)
    func damaged(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        try await fixture.stranger(
            sqlite: """
                DROP TRIGGER certificate_intent_fixed; DROP TRIGGER certificate_forward;
                UPDATE certificate SET names = '[1, 2]';
                """,
            postgreSQL: "ALTER TABLE certificate DISABLE TRIGGER USER; UPDATE certificate SET names = '[1, 2]'")
        await #expect {
            try await fixture.store.unfinishedIntents()
        } throws: {
            if case StoreFailure.damaged = $0 { true } else { false }
        }
    }
}
