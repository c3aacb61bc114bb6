import Foundation
import GRDB
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import Testing

@testable import SymbolonStorage

private struct NoEnds: EndConfirmations {
    func stragglers(before changeCounter: UInt64) async throws(StoreFailure) -> [String] { [] }
}

/// An authority on a store, one node of it.
private struct Node {
    let authority: IssuingAuthority
    let succession: Succession

    init(_ store: AuthorityDatabase, _ creation: AuthorityCreation, _ keys: KeyRing) async throws {
        let active = try #require(
            try await store.issuers().first { $0.role == .issuing && $0.state == .active })
        let signer = try #require(try await keys.signer(.issuing, active.key))
        authority = try await IssuingAuthority.open(
            store,
            keys: AuthorityKeys(issuing: signer, audit: creation.auditKey) { key throws(KeysUnavailable) in
                try await keys.signer(.issuing, key)
            }, clock: { noon })
        succession = Succession(authority, keys: keys, ends: NoEnds(), lists: store)
    }

    func issue(replacing: SerialNumber? = nil) async throws -> IssuedCertificate {
        var request = IssuanceRequest(
            profile: .client, name: "web", publicKey: SigningKey.make(.p256).publicKey, actor: "test")
        request.replaces = replacing
        return try await authority.issue(request)
    }
}

@Suite("Roots and issuing authorities, on either engine")
struct IssuerStoreTests {
    private struct Made {
        let fixture: StoreFixture
        let creation: AuthorityCreation
        let keys: KeyRing
        let node: Node

        init(_ kind: StoreKind) async throws {
            fixture = try await StoreFixture.make(kind)
            creation = AuthorityCreation(try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")))
            _ = try await creation.run(in: fixture.store, actor: "test", at: noon - 60)
            keys = KeyRing([creation.rootKey, creation.issuingKey])
            node = try await Node(fixture.store, creation, keys)
        }

        func audit(_ kind: AuditEventKind) -> AuditAppend {
            node.authority.sealed(AuditEvent(kind, at: noon, actor: "test", subject: "test"))
        }
    }

    @Test(
        "a root and an issuing authority come and go, and another node finds each step", arguments: StoreKind.allCases)
    func steps(_ kind: StoreKind) async throws {
        let made = try await Made(kind)
        let other = try await Node(made.fixture.opened(), made.creation, made.keys)
        let first = try await made.node.succession.issuers()
        #expect(first.map(\.role) == [.root, .issuing])
        #expect(first.allSatisfy { $0.state == .active })
        let held = try await made.node.issue()
        let new = try await made.node.succession.prepare(.root, actor: "test")
        #expect(try await other.succession.issuers().suffix(2) == new[...])
        #expect(new[1].link != nil)
        _ = try await made.node.succession.activate(new[0].name, evenSo: false, actor: "test")
        // Not told of it: the store tells.
        let issued = try await other.issue(replacing: held.serialNumber)
        #expect(issued.chain[1] == new[1].certificate)
        #expect(try await made.fixture.store.remaining(below: first[1].key, at: noon) == 0)
        #expect(try await made.fixture.store.remaining(below: new[1].key, at: noon) == 1)
        #expect(try await made.fixture.store.certificate(issued.serialNumber)?.intent.replaces == held.serialNumber)
        let counter = try await made.fixture.store.changeCounter()
        _ = try await other.succession.retire(first[0].name, evenSo: false, actor: "test")
        let after = try await made.node.succession.issuers()
        #expect(after.map(\.state) == [.retired, .retired, .active, .active])
        #expect(after[1].revocation?.reason == .superseded)
        #expect(after[1].changeCounter == counter + 1)
        let revoked = try await made.fixture.store.revocations().revoked
        #expect(
            revoked[CertificateIdentifier(issuerKey: first[0].key, serialNumber: first[1].certificate.serialNumber)]
                == after[1].revocation)
        #expect(try await made.fixture.store.authority()?.rootCertificate == new[0].certificate.der)
    }

    @Test("a step that does not begin where it should changes nothing", arguments: StoreKind.allCases)
    func overtaken(_ kind: StoreKind) async throws {
        let made = try await Made(kind)
        let new = try #require(try await made.node.succession.prepare(.issuing, actor: "test").last)
        let before = try await made.fixture.store.issuers()
        let counter = try await made.fixture.store.changeCounter()
        for steps in [
            [IssuerStep(new.key, from: .active, to: .superseded, at: noon)],
            [IssuerStep(new.key, from: .prepared, to: .active, at: noon)],  // two would be active
            [
                IssuerStep(before[1].key, from: .active, to: .superseded, at: noon),
                IssuerStep(new.key, from: .superseded, to: .active, at: noon),
            ],
            [
                IssuerStep(before[0].key, from: .active, to: .superseded, at: noon),
                IssuerStep(before[0].key, from: .superseded, to: .retired, at: noon),
            ],
        ] {
            await #expect(throws: StoreFailure.self, "\(steps)") {
                try await made.fixture.store.change(
                    IssuerChange(steps: steps), audit: made.audit(.issuerActivated))
            }
        }
        #expect(try await made.fixture.store.issuers() == before)
        #expect(try await made.fixture.store.changeCounter() == counter)
    }

    @Test(
        "the schema refuses, whoever writes",
        arguments: [
            "DELETE FROM issuer WHERE id = 3",
            "UPDATE issuer SET certificate = (SELECT certificate FROM issuer WHERE id = 1) WHERE id = 3",
            "UPDATE issuer SET state = 'active' WHERE id = 3",
            "UPDATE issuer SET state = 'superseded' WHERE id = 3",
            "UPDATE issuer SET state = 'retired' WHERE id = 2",
            "UPDATE issuer SET role = 'root' WHERE id = 3",
            "UPDATE issuer SET revoked_at = 0, revocation_reason = 1 WHERE id = 3",
            "INSERT INTO issuer (role, certificate, root, state, since, change_counter) SELECT role, key, root, 'retired', 0, 0 FROM issuer WHERE id = 3",
            "INSERT INTO issuer (role, certificate, root, state, since, change_counter) SELECT role, key, root, 'active', 0, 0 FROM issuer WHERE id = 3",
            "INSERT INTO issuer (role, certificate, state, since, change_counter) SELECT role, key, 'prepared', 0, 0 FROM issuer WHERE id = 3",
        ], StoreKind.allCases)
    func schema(_ sql: String, _ kind: StoreKind) async throws {
        let made = try await Made(kind)
        _ = try await made.node.succession.prepare(.issuing, actor: "test")
        let before = try await made.fixture.store.issuers()
        await #expect(throws: (any Error).self) { try await made.fixture.stranger(sqlite: sql, postgreSQL: sql) }
        #expect(try await made.fixture.store.issuers() == before)
        // The twin.
        let fine = "UPDATE issuer SET state = 'retired' WHERE id = 3"
        try await made.fixture.stranger(sqlite: fine, postgreSQL: fine)
        #expect(try await made.fixture.store.issuers()[2].state == .retired)
    }

    @Test("what is not active has nothing new below it, whoever writes", arguments: StoreKind.allCases)
    func issuing(_ kind: StoreKind) async throws {
        let made = try await Made(kind)
        let new = try #require(try await made.node.succession.prepare(.issuing, actor: "test").last)
        func intent(_ number: UInt32, _ key: KeyFingerprint) throws -> IssuanceIntent {
            let like = try made.fixture.intent(number)
            return IssuanceIntent(
                serialNumber: like.serialNumber, issuerKey: key, profile: like.profile, identity: like.identity,
                names: like.names, publicKey: like.publicKey, notBefore: like.notBefore, notAfter: like.notAfter,
                tbs: like.tbs, actor: like.actor, at: like.at)
        }
        await #expect(throws: StoreFailure.self) {
            try await made.fixture.store.record(intent(1, new.key), audit: made.audit(.certificateIntended))
        }
        try await made.fixture.store.record(intent(2, made.node.authority.key), audit: made.audit(.certificateIntended))
    }

    @Test(
        "what another took the place of has nothing new below it but delegates of responders, and what is retired nothing",
        arguments: StoreKind.allCases)
    func delegates(_ kind: StoreKind) async throws {
        let made = try await Made(kind)
        let former = made.node.authority.key
        let next = try #require(try await made.node.succession.prepare(.issuing, actor: "test").last)
        _ = try await made.node.succession.activate(next.name, evenSo: true, actor: "test")
        func record(_ number: UInt32, _ profile: ProfileName) async throws {
            let like = try made.fixture.intent(number)
            let intent = IssuanceIntent(
                serialNumber: like.serialNumber, issuerKey: former, profile: profile.rawValue, identity: like.identity,
                names: like.names, publicKey: like.publicKey, notBefore: like.notBefore, notAfter: like.notAfter,
                tbs: like.tbs, actor: like.actor, at: like.at)
            try await made.fixture.store.record(intent, audit: made.audit(.certificateIntended))
        }
        for profile in ProfileName.allCases where profile != .responder {
            await #expect(throws: StoreFailure.self, "\(profile)") { try await record(1, profile) }
        }
        try await record(2, .responder)
        _ = try await made.node.succession.retire(
            try #require(try await made.fixture.store.issuers().first { $0.key == former }).name, evenSo: true,
            actor: "test")
        await #expect(throws: StoreFailure.self) { try await record(3, .responder) }
    }

    @Test("a store of an earlier release has its root and its issuing authority, and goes on")
    func earlierRelease() async throws {
        let made = try await Made(.sqlite)
        let record = try #require(try await made.fixture.store.authority())
        let path = made.fixture.scratch.file("earlier.sqlite")
        try made.fixture.scratch.write("earlier.sqlite", [UInt8]())
        let queue = try DatabaseQueue(path: path)
        try await queue.write { database in
            for part in Schema.migrations.prefix(7) { try database.execute(sql: part.sqlite) }
            try database.execute(sql: "PRAGMA application_id = \(Schema.applicationID); PRAGMA user_version = 7")
            try database.execute(
                sql: "INSERT INTO authority VALUES (1, ?, ?, ?, ?, 0)",
                arguments: [
                    try StoredJSON.text(record.configuration), Data(record.rootCertificate),
                    Data(record.issuingCertificate), Data(record.auditKey),
                ])
        }
        try queue.close()
        let store = try AuthorityDatabase.open(at: path)
        let first = try await store.issuers()
        #expect(first.map(\.key) == [made.creation.rootKey, made.creation.issuingKey].map(\.publicKey.fingerprint))
        #expect(first.allSatisfy { $0.state == .active })
        let node = try await Node(store, made.creation, made.keys)
        _ = try await node.issue()
        let next = try #require(try await node.succession.prepare(.issuing, actor: "test").last)
        _ = try await node.succession.activate(next.name, evenSo: false, actor: "test")
        #expect(try await node.issue().chain[1] == next.certificate)
        #expect(try await store.issuers().map(\.state) == [.active, .superseded, .active])
    }
}
