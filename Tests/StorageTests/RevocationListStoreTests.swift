import Foundation
import GRDB
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonStorage

extension StoreFixture {
    fileprivate func issue(_ numbers: UInt32..., notAfter: Date = noon + 86_400) async throws {
        for number in numbers {
            try await store.record(intent(number, notAfter: notAfter), audit: audit())
            try await store.complete(Self.serial(number), certificate: [1], at: noon, audit: audit())
        }
    }

    fileprivate func release(_ number: UInt32) async throws -> [SerialNumber] {
        try await store.release([
            ReleaseOrder(serialNumber: Self.serial(number), at: noon + 5, audit: audit(.certificateReleased))
        ])
    }

    fileprivate func revoke(
        _ number: UInt32, _ reason: RevocationReason, _ reach: RevocationOrder.Reach = .unrevoked, since: Date = noon
    ) async throws -> [SerialNumber] {
        try await store.revoke([
            RevocationOrder(
                serialNumber: Self.serial(number), revocation: Revocation(reason, since: since), reach: reach,
                audit: audit(.certificateRevoked))
        ])
    }

    /// How many entries a list of everything would have.
    fileprivate func count(_ content: ListSelection.Content) async throws -> Int {
        try await store.contents(of: [ListSelection(issuerKey: issuer, scope: .whole, content: content)]).entries[0]
            .count
    }

    fileprivate var everything: ListSelection.Content { .complete(keptFrom: .distantPast, listedUpTo: 0) }

    fileprivate func publication(
        _ number: Int64, replaces: Int64?, scope: ListScope = .whole, counter: UInt64 = 0, at: Date = noon
    ) -> ListPublication {
        let standing = ListStanding(
            issuerKey: issuer, scope: scope, kind: .complete, number: number, changeCounter: counter, thisUpdate: at,
            nextUpdate: at + 60, count: 2, base: ListBase(number: 1, changeCounter: 0, thisUpdate: noon))
        return ListPublication(list: PublishedList(standing: standing, der: [0x30, 0]), replaces: replaces)
    }
}

@Suite("Holds, releases and raised reasons, on either engine")
struct RevocationSteps {
    @Test("a hold is lifted once, and counts as a change each time", arguments: StoreKind.allCases)
    func hold(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.issue(1, 2)
        let issued = try await fixture.store.certificate(StoreFixture.serial(1))
        #expect(try await fixture.revoke(1, .certificateHold) == [try StoreFixture.serial(1)])
        #expect(try await fixture.store.revocations().revoked.count == 1)
        #expect(try await fixture.release(1) == [try StoreFixture.serial(1)])
        #expect(try await fixture.release(1) == [])
        #expect(try await fixture.store.certificate(StoreFixture.serial(1)) == issued)
        #expect(try await fixture.store.revocations() == RevocationRecords(revoked: [:], changeCounter: 2))
        _ = try await fixture.revoke(2, .superseded)
        #expect(try await fixture.release(2) == [])
        await #expect(throws: StoreFailure.unknownSerial(try StoreFixture.serial(9))) { try await fixture.release(9) }
        #expect(try await fixture.store.changeCounter() == 3)
    }

    @Test("only what was issued is put on hold", arguments: StoreKind.allCases)
    func holdOfIntent(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        await #expect(throws: StoreFailure.conflict(try StoreFixture.serial(1), found: "intended")) {
            try await fixture.revoke(1, .certificateHold)
        }
        #expect(try await fixture.store.changeCounter() == 0)
        #expect(try await fixture.revoke(1, .superseded).count == 1)
    }

    @Test("R12: a raised reason keeps its date, blocks the key, and is never lowered", arguments: StoreKind.allCases)
    func raised(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.issue(1)
        let key = try fixture.intent(1).publicKey
        _ = try await fixture.revoke(1, .superseded)
        #expect(try await fixture.revoke(1, .keyCompromise, since: noon + 9) == [])
        #expect(try await !fixture.store.isBlocked(key))
        #expect(try await fixture.revoke(1, .keyCompromise, .raising, since: noon + 9).count == 1)
        #expect(try await fixture.store.isBlocked(key))
        #expect(try await fixture.revoke(1, .superseded, .raising, since: noon + 9) == [])
        #expect(
            try await fixture.store.certificate(StoreFixture.serial(1))?.state
                == .revoked(Revocation(.keyCompromise, since: noon), certificate: [1]))
        #expect(try await fixture.store.changeCounter() == 2)
    }

    @Test(
        "the schema refuses what no step is, whoever writes", arguments: StoreKind.allCases,
        [
            "UPDATE certificate SET state = 'revoked', revocation_reason = 4, revoked_at = 0 WHERE id = 1",
            "UPDATE certificate SET state = 'revoked', revocation_reason = 4, revoked_at = 0, revocation_change = 1 WHERE id = 1",
            "UPDATE certificate SET state = 'revoked', revocation_reason = 4, revoked_at = 0, revocation_change = 9 WHERE id = 1",
            "UPDATE certificate SET revocation_reason = 4, revocation_change = 3 WHERE id = 3",
            "UPDATE certificate SET revocation_reason = 6, revocation_change = 3 WHERE id = 3",
            "UPDATE certificate SET revocation_reason = 1, revoked_at = 7, revocation_change = 3 WHERE id = 3",
            "UPDATE certificate SET revocation_change = 3 WHERE id = 3",
            "UPDATE certificate SET state = 'issued', revocation_reason = NULL, revoked_at = NULL, released_at = 7, "
                + "revocation_change = 3 WHERE id = 3",
            "UPDATE certificate SET state = 'issued', revocation_reason = NULL, revoked_at = NULL, revocation_change = 3 "
                + "WHERE id = 2",
            "DELETE FROM revocation_list",
            "UPDATE revocation_list SET number = 5",
            "UPDATE revocation_list SET number = 6, this_update = this_update - 1",
            "UPDATE revocation_list SET number = 6, change_counter = 0",
            "UPDATE revocation_list SET number = 6, scope = 3",
            "UPDATE revocation_list SET number = 6, next_update = this_update",
        ])
    func schema(_ kind: StoreKind, _ sql: String) async throws {
        let fixture = try await prepared(kind)
        await #expect {
            try await fixture.stranger(sqlite: sql, postgreSQL: sql)
        } throws: {
            // 19 and 23: a constraint, and no mistake of the statement's own.
            ($0 as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT
                || ($0 as? PostgreSQLFailure)?.sqlState?.hasPrefix("23") == true
        }
    }

    @Test(
        "the twin: each step as it should be", arguments: StoreKind.allCases,
        [
            "UPDATE certificate SET state = 'revoked', revocation_reason = 4, revoked_at = 0, revocation_change = 3 WHERE id = 1",
            "UPDATE certificate SET state = 'revoked', revocation_reason = 6, revoked_at = 0, revocation_change = 3 WHERE id = 1",
            "UPDATE certificate SET revocation_reason = 1, revocation_change = 3 WHERE id = 3",
            "UPDATE certificate SET revocation_reason = 4, revocation_change = 3 WHERE id = 2",
            "UPDATE certificate SET state = 'issued', revocation_reason = NULL, revoked_at = NULL, released_at = 7, "
                + "revocation_change = 3 WHERE id = 2",
            "UPDATE revocation_list SET number = 6",
        ])
    func twin(_ kind: StoreKind, _ sql: String) async throws {
        try await prepared(kind).stranger(sqlite: sql, postgreSQL: sql)
    }

    /// Certificate 1 is issued, 2 on hold, 3 superseded; one list is published, of number 5.
    private func prepared(_ kind: StoreKind) async throws -> StoreFixture {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.issue(1, 2, 3)
        _ = try await fixture.revoke(2, .certificateHold)
        _ = try await fixture.revoke(3, .superseded)
        #expect(
            try await fixture.store.publish(
                [fixture.publication(5, replaces: nil, counter: 2)], audit: fixture.audit(.listsPublished)))
        return fixture
    }

    @Test(
        "a store of the last release keeps its revocations, lists them, and takes new ones",
        arguments: StoreKind.allCases)
    func lastRelease(_ kind: StoreKind) async throws {
        let row = { @Sendable (octets: (String) -> String) in
            """
            INSERT INTO certificate (serial, issuer_key, profile, identity, names, public_key, not_before, not_after, tbs,
                actor, intended_at, state)
            VALUES (\(octets("4000000001")), \(octets(String(repeating: "07", count: 32))), 'service', 'x', '[]',
                \(octets(String(repeating: "08", count: 32))), 0, 1000, \(octets("00")), '', 0, 'intended');
            UPDATE certificate SET state = 'revoked', revocation_reason = 1, revoked_at = 0;
            UPDATE change_counter SET value = value + 1;
            """
        }
        let store: AuthorityDatabase
        let scratch = try Scratch()
        switch kind {
        case .sqlite:
            let path = scratch.file("authority.sqlite")
            let queue = try DatabaseQueue(path: path)
            try await queue.writeWithoutTransaction { database in
                for version in [Schema.version1, Schema.version2, Schema.version3] {
                    try database.execute(sql: version.sqlite)
                }
                try database.execute(
                    sql: "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 3;"
                        + row { "x'\($0)'" })
            }
            try queue.close()
            store = try AuthorityDatabase.open(at: path)
        case .postgreSQL:
            let address = try PostgreSQLAddress(try await PostgreSQLServer.shared.newSchema())
            let versions = [Schema.version1, Schema.version2, Schema.version3].map(\.postgreSQL).joined(separator: ";")
            try PostgreSQLSession(address, patience: 60).connected().script(
                versions + ";" + Schema.mark + "UPDATE symbolon_schema SET version = 3;"
                    + row { "decode('\($0)', 'hex')" })
            store = try await AuthorityDatabase.open(at: address)
        }
        let issuer = try KeyFingerprint([UInt8](repeating: 7, count: 32))
        #expect(try await store.revocations().revoked.count == 1)
        #expect(try await store.isBlocked(KeyFingerprint([UInt8](repeating: 8, count: 32))))
        let contents = try await store.contents(of: [
            ListSelection(
                issuerKey: issuer, scope: .whole, content: .complete(keptFrom: .distantPast, listedUpTo: 0)),
            ListSelection(issuerKey: issuer, scope: .whole, content: .delta(after: 0)),
        ])
        #expect(contents.changeCounter == 1)
        #expect(contents.entries.map(\.count) == [1, 0])
        #expect(try await store.changedShards(of: issuer, after: 0).isEmpty)
    }
}

@Suite("Certificates are found by what is asked of them, on either engine")
struct CertificateQueries {
    @Test("by the beginning of an identity, by key, by time, and by several of these", arguments: StoreKind.allCases)
    func found(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let base = "spiffe://example.internal/"
        let key = try KeyFingerprint([UInt8](repeating: 9, count: 32))
        for (number, name) in ["job-1", "job-2", "JOB-3", "job%", "person/job-4"].enumerated() {
            let like = try fixture.intent(
                UInt32(number) + 1, identity: base + name, key: number.isMultiple(of: 2) ? key : nil)
            let intent = IssuanceIntent(
                serialNumber: like.serialNumber, issuerKey: like.issuerKey, profile: like.profile,
                identity: like.identity, names: like.names, publicKey: like.publicKey, notBefore: like.notBefore,
                notAfter: like.notAfter, tbs: like.tbs, actor: like.actor, at: noon + TimeInterval(number))
            try await fixture.store.record(intent, audit: fixture.audit())
        }
        func found(_ narrow: (inout CertificateQuery) -> Void) async throws -> [String] {
            var query = CertificateQuery()
            narrow(&query)
            let records = try await fixture.store.certificates(matching: query)
            #expect(try await fixture.store.certificateCount(matching: query) == records.count)
            return records.map { String($0.intent.identity.dropFirst(base.count)) }.sorted()
        }
        #expect(try await found { $0.identityPrefixes = [base + "job"] } == ["job%", "job-1", "job-2"])
        #expect(try await found { $0.identityPrefixes = [base + "job%"] } == ["job%"])
        #expect(
            try await found { $0.identityPrefixes = [base + "job-", base + "person/job"] }
                == ["job-1", "job-2", "person/job-4"])
        #expect(try await found { $0.key = key } == ["JOB-3", "job-1", "person/job-4"])
        #expect(try await found { $0.issuedFrom = noon + 3 } == ["job%", "person/job-4"])
        #expect(try await found { $0.issuedBefore = noon + 1 } == ["job-1"])
        #expect(
            try await found {
                $0.key = key
                $0.issuedFrom = noon + 1
                $0.issuedBefore = noon + 3
            } == ["JOB-3"])
    }
}

@Suite("What lists are made from, and where they are kept, on either engine")
struct RevocationListStoreTests {
    @Test(
        "a complete list has what is revoked, a delta what is new, and both only their shard",
        arguments: StoreKind.allCases)
    func contents(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.issue(1, 2, 3)
        _ = try await fixture.revoke(1, .superseded)
        _ = try await fixture.revoke(2, .certificateHold)
        #expect(try await fixture.count(fixture.everything) == 2)
        #expect(try await fixture.count(.delta(after: 0)) == 2)
        #expect(try await fixture.count(.delta(after: 1)) == 1)
        #expect(try await fixture.count(.delta(after: 2)) == 0)
        _ = try await fixture.release(2)
        #expect(try await fixture.count(fixture.everything) == 1)
        #expect(try await fixture.count(.delta(after: 2)) == 1)
        // Raised, it is new again.
        _ = try await fixture.revoke(1, .keyCompromise, .raising)
        #expect(try await fixture.count(.delta(after: 3)) == 1)
        // All of these begin with 40, and are in the first shard.
        let shards = try await fixture.store.contents(
            of: ListScope.all.map { ListSelection(issuerKey: fixture.issuer, scope: $0, content: fixture.everything) })
        #expect(shards.entries.map(\.count) == [1, 1] + Array(repeating: 0, count: 63))
        #expect(shards.changeCounter == 4)
        #expect(try await fixture.store.changedShards(of: fixture.issuer, after: 0) == [.shard(0): 4])
        #expect(try await fixture.store.changedShards(of: fixture.issuer, after: 4).isEmpty)
        let another = try KeyFingerprint([UInt8](repeating: 9, count: 32))
        #expect(try await fixture.store.changedShards(of: another, after: 0).isEmpty)
    }

    @Test("each shard has its serial numbers, from the first to the last", arguments: StoreKind.allCases)
    func shards(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        for octet in [0x01, 0x40, 0x41, 0x7F, 0xFF] as [UInt8] {
            let serialNumber = try SerialNumber(magnitude: [octet, 1])
            let like = try fixture.intent(1)
            let intent = IssuanceIntent(
                serialNumber: serialNumber, issuerKey: like.issuerKey, profile: like.profile, identity: like.identity,
                names: like.names, publicKey: like.publicKey, notBefore: like.notBefore, notAfter: like.notAfter,
                tbs: like.tbs, actor: like.actor, at: like.at)
            try await fixture.store.record(intent, audit: fixture.audit())
            _ = try await fixture.store.revoke([
                RevocationOrder(
                    serialNumber: serialNumber, revocation: Revocation(.superseded, since: noon),
                    audit: fixture.audit(.certificateRevoked))
            ])
        }
        let contents = try await fixture.store.contents(
            of: ListScope.all.map { ListSelection(issuerKey: fixture.issuer, scope: $0, content: .delta(after: 0)) })
        #expect(contents.entries.map(\.count) == [5, 2, 1] + Array(repeating: 0, count: 61) + [2])
        #expect(
            try await fixture.store.changedShards(of: fixture.issuer, after: 0)
                == [.shard(0): 2, .shard(1): 3, .shard(63): 5])
    }

    @Test("R13: what has ended leaves a list only after it was on one", arguments: StoreKind.allCases)
    func ended(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.issue(1, notAfter: noon + 100)
        _ = try await fixture.revoke(1, .superseded)
        #expect(try await fixture.count(.complete(keptFrom: noon + 100, listedUpTo: 1)) == 1)
        #expect(try await fixture.count(.complete(keptFrom: noon + 101, listedUpTo: 1)) == 0)
        #expect(try await fixture.count(.complete(keptFrom: noon + 101, listedUpTo: 0)) == 1)
    }

    @Test(
        "lists are published together or not at all, and never in the place of a newer one",
        arguments: StoreKind.allCases)
    func publishing(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let audit = fixture.audit(.listsPublished)
        #expect(try await fixture.store.publish([fixture.publication(5, replaces: nil)], audit: audit))
        let other = fixture.publication(5, replaces: nil, scope: .shard(3))
        // One of the two is not as its maker knew it: neither is published.
        #expect(try await !fixture.store.publish([other, fixture.publication(6, replaces: 4)], audit: audit))
        #expect(try await !fixture.store.publish([other, fixture.publication(6, replaces: nil)], audit: audit))
        #expect(try await fixture.store.listStandings(of: fixture.issuer).map(\.number) == [5])
        let next = fixture.publication(6, replaces: 5, counter: 0, at: noon + 1)
        #expect(try await fixture.store.publish([other, next], audit: audit))
        #expect(try await fixture.store.list(of: fixture.issuer, .whole, .complete) == next.list)
        #expect(try await fixture.store.list(of: fixture.issuer, .shard(3), .complete) == other.list)
        #expect(try await fixture.store.list(of: fixture.issuer, .whole, .delta) == nil)
        #expect(
            Set(try await fixture.store.listStandings(of: fixture.issuer).map(\.scope)) == [.whole, .shard(3)])
        await #expect(throws: StoreFailure.self) {
            try await fixture.store.publish([fixture.publication(5, replaces: 6, at: noon + 2)], audit: audit)
        }
        #expect(try await fixture.store.auditEnd()?.last.sequence == 2)
    }

    @Test(
        "of a hundred that publish at once, over two nodes, each number is published once",
        arguments: StoreKind.allCases)
    func together(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let nodes = [fixture.store, try await fixture.opened()]
        let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask {
                    try await nodes[number % 2].publish(
                        [fixture.publication(Int64(number) + 1, replaces: nil)], audit: fixture.audit(.listsPublished))
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(winners == 1)
    }

    @Test(
        "where lists are published is kept, the newest first, and nobody takes it back", arguments: StoreKind.allCases)
    func addresses(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let record = AuthorityRecord(
            configuration: try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")),
            rootCertificate: [1], issuingCertificate: [2], auditKey: [3], createdAt: noon)
        try await fixture.store.create(record, audit: fixture.audit(.authorityCreated))
        let (a, b) = (try PublicationAddress("http://a.example"), try PublicationAddress("http://b.example:81"))
        for address in [a, a, b, a] {
            try await fixture.store.publish(at: address, at: noon, audit: fixture.audit(.authorityPublished))
        }
        #expect(try await fixture.store.authority()?.configuration.publishedAt == [a, b])
        #expect(try await fixture.store.auditEnd()?.last.sequence == 4)
        for sql in ["DELETE FROM publication_address", "UPDATE publication_address SET address = 'http://c.example'"] {
            await #expect(throws: (any Error).self) { try await fixture.stranger(sqlite: sql, postgreSQL: sql) }
        }
        #expect(try await fixture.opened().authority()?.configuration.publishedAt == [a, b])
    }
}
