import Foundation
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonKeys
import SymbolonNames
import Testing

@testable import SymbolonStorage

@Suite("C01: the head of the record is noted outside the database")
struct AuditHeadFileTests {
    private let fixture: StoreFixture
    private let file: AuditHeadFile
    private let store: AuthorityDatabase

    init() throws {
        fixture = try StoreFixture()
        file = AuditHeadFile(fixture.scratch.file("audit.head"))
        store = try AuthorityDatabase.open(at: fixture.path, notingHeadIn: file)
    }

    private func end() async throws -> AuditHead? { try await store.auditEnd()?.head }

    private func expectNoted(_ count: Int64, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let noted = try #require(try file.read(), sourceLocation: sourceLocation)
        #expect(noted.count == count, sourceLocation: sourceLocation)
        #expect(try await noted == end(), sourceLocation: sourceLocation)
        #expect(noted.isSigned(by: fixture.sealer.publicKey), sourceLocation: sourceLocation)
    }

    @Test("C01: after each transaction that added to the record, before its answer leaves")
    func everyAppend() async throws {
        #expect(try file.read() == nil)
        try await store.record(fixture.intent(1), audit: fixture.audit())
        try await expectNoted(1)
        try await store.complete(StoreFixture.serial(1), certificate: [9], at: noon, audit: fixture.audit())
        try await expectNoted(2)
        try await store.record(fixture.intent(2), audit: fixture.audit())
        try await store.abandon(StoreFixture.serial(2), because: "crash", at: noon, audit: fixture.audit())
        try await expectNoted(4)
        _ = try await store.revoke([fixture.order(1), fixture.order(2)])
        try await expectNoted(6)
        try await store.block(
            KeyFingerprint([UInt8](repeating: 5, count: 32)), because: "lost", audit: fixture.audit(.keyBlocked))
        try await expectNoted(7)
        try await store.append(fixture.audit(.identityExported))
        try await expectNoted(8)
    }

    @Test("nothing is noted for a transaction that failed, or that added nothing")
    func nothingAdded() async throws {
        try await store.record(fixture.intent(1), audit: fixture.audit())
        let noted = try content(file.path)
        await #expect(throws: StoreFailure.self) {
            try await store.record(fixture.intent(1), audit: fixture.audit())
        }
        try await store.publish(ServiceEndpoint(service: "web", address: "127.0.0.1:1", updatedAt: noon))
        #expect(try content(file.path) == noted)
        try await expectNoted(1)
    }

    @Test("the file is its owner's alone, and nothing is left beside it")
    func ownerOnly() async throws {
        for number: UInt32 in 1...12 { try await store.record(fixture.intent(number), audit: fixture.audit()) }
        #expect(try mode(file.path) == 0o600)
        #expect(try !namesInFolder(fixture.scratch.path).contains { $0.hasSuffix(".new") })
        try await expectNoted(12)
    }

    @Test("of two that write one store, whichever was last has noted the head")
    func twoWriters() async throws {
        let other = try AuthorityDatabase.open(at: fixture.path, notingHeadIn: file)
        for number: UInt32 in 0..<20 {
            try await (number.isMultiple(of: 2) ? store : other)
                .record(fixture.intent(number), audit: fixture.audit())
            try await expectNoted(Int64(number) + 1)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number: UInt32 in 20..<60 {
                let (writer, fixture) = (number.isMultiple(of: 2) ? store : other, fixture)
                group.addTask { try await writer.record(fixture.intent(number), audit: fixture.audit()) }
            }
            try await group.waitForAll()
        }
        try await expectNoted(60)
    }

    @Test("an earlier head does not cover a later one, unless the history began again")
    func order() async throws {
        try await store.append(fixture.audit())
        let earlier = try #require(try await end())
        try await store.append(fixture.audit())
        let later = try #require(try await end())
        try file.note(earlier)
        #expect(try file.read() == later)
        try file.replace(with: earlier)
        #expect(try file.read() == earlier)
        try file.note(later)
        #expect(try file.read() == later)
        try file.remove()
        #expect(try file.read() == nil)
        try file.remove()
    }

    @Test("a file that was replaced, moved away or removed while it was open is noted into no more")
    func replacedWhileOpen() async throws {
        try await store.append(fixture.audit())
        let first = try #require(try await end())
        let moved = fixture.scratch.file("moved")
        try FileManager.default.moveItem(atPath: file.path, toPath: moved)
        try await store.append(fixture.audit())
        try await expectNoted(2)
        #expect(try AuditHeadFile(moved).read() == first)
        try file.replace(with: first)
        try await store.append(fixture.audit())
        try await expectNoted(3)
        try file.remove()
        try await store.append(fixture.audit())
        try await expectNoted(4)
        #expect(try AuditHeadFile(moved).read() == first)
    }

    @Test("a later head that another process noted meanwhile stays, and the next one covers it")
    func overtaken() async throws {
        try await store.append(fixture.audit())
        let copy = try copy()
        try await store.append(fixture.audit())
        // A head of the same record's, further on than the one that comes next here.
        let ahead = try AuthorityDatabase.open(at: copy)
        for _ in 0..<3 { try await ahead.append(fixture.audit()) }
        let further = try #require(try await ahead.auditEnd()?.head)
        try file.note(further)
        try await store.append(fixture.audit())
        #expect(try file.read() == further)
        try await store.append(fixture.audit())
        try await store.append(fixture.audit())
        try await expectNoted(5)
    }

    @Test("a head that cannot be noted does not undo what is durable, and the next one is noted")
    func cannotNote() async throws {
        try makeFolder(file.path, mode: 0o700)
        try await store.append(fixture.audit())
        #expect(try await end()?.count == 1)
        #expect(throws: AuditHeadFileFailure.self) { try file.read() }
        try FileManager.default.removeItem(atPath: file.path)
        try await store.append(fixture.audit())
        try await expectNoted(2)
    }

    @Test(
        "what is not a head on one line is refused, not passed over",
        arguments: ["", "\n", "1:00:AA", "1:00:AA\n1:00:AA\n", "x:00:AA\n", "0:00:AA\n", "1:0:AA\n", "1:00:A\n"])
    func notAHead(_ text: String) async throws {
        try fixture.scratch.write("audit.head", text)
        #expect(throws: AuditHeadFileFailure.notAHead(path: file.path)) { try file.read() }
        try await store.append(fixture.audit())
        try await expectNoted(1)
    }

    @Test("a link, and a file that is too long, are refused")
    func notAFile() throws {
        let far = try fixture.scratch.write("far", "1:00:AA\n")
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: far)
        #expect(throws: AuditHeadFileFailure.file(.symbolicLink(path: file.path))) { try file.read() }
        try FileManager.default.removeItem(atPath: file.path)
        try fixture.scratch.write("audit.head", String(repeating: "1", count: 513))
        #expect(throws: AuditHeadFileFailure.file(.tooLarge(path: file.path, limit: 512))) { try file.read() }
    }

    @Test("C01: a database put back to an earlier day does not open against it, and its latest copy does")
    func putBack() async throws {
        let creation = AuthorityCreation(try AuthorityConfiguration(trustDomain: .init("example.internal")))
        _ = try await creation.run(in: store, actor: "operator", at: noon)
        let keys = AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey)
        let backup = try copy()
        let authority = try await IssuingAuthority.open(store, keys: keys, noted: try file.read(), clock: { noon })
        _ = try await authority.issue(
            IssuanceRequest(
                profile: .service, name: "web", names: [], publicKey: SigningKey.make(.p256).publicKey, life: nil,
                actor: "operator"))
        await #expect(throws: AuthorityFailure.storeWasPutBack(noted: 3, found: 1)) {
            try await IssuingAuthority.open(
                AuthorityDatabase.open(at: backup), keys: keys, noted: file.read(), clock: { noon })
        }
        _ = try await IssuingAuthority.open(
            AuthorityDatabase.open(at: try copy()), keys: keys, noted: file.read(), clock: { noon })
    }

    /// The database and its log as they are now, under another name.
    private func copy() throws -> String {
        let path = fixture.scratch.file("copy-\(UUID().uuidString).sqlite")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: path + suffix)
        }
        return path
    }
}
