import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("Killed while it issues, the authority has lost nothing that it acknowledged")
struct KilledWhileIssuing {
    @Test("killed two hundred times at any moment, by two processes on one store")
    func atAnyMoment() async throws {
        try await atAnyMoment(Scene(), kills: 200)
    }

    @Test("A16: two nodes on one PostgreSQL database, killed a hundred times at any moment")
    func nodesAtAnyMoment() async throws {
        try await atAnyMoment(Scene(on: PostgreSQLServer.shared), kills: 100)
    }

    private func atAnyMoment(_ scene: Scene, kills: Int) async throws {
        // Two at a time: as many as the smallest machine has cores, and a store that several processes share.
        let acknowledged = try await withThrowingTaskGroup(of: [String].self) { group in
            for lane in 0..<2 {
                group.addTask {
                    var random = SeededRandom(seed: 200 + UInt64(lane))
                    var serials: [String] = []
                    for _ in 0..<kills / 2 {
                        let delay = Duration.microseconds(Int.random(in: 0...80_000, using: &random))
                        serials += try await scene.killed(after: delay)
                    }
                    return serials
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        // 80 ms is time for several certificates: the kills did not all fall before the first.
        #expect(acknowledged.count > kills / 2)
        try await scene.check(acknowledged)
    }

    @Test("C03: killed two hundred times at each of the nine points between the steps", arguments: FaultPoint.allCases)
    func atPoint(_ point: FaultPoint) async throws {
        try await atPoint(point, Scene(), kills: 200)
    }

    @Test("C03: on PostgreSQL, killed twenty times at each of the nine points", arguments: FaultPoint.allCases)
    func nodeAtPoint(_ point: FaultPoint) async throws {
        try await atPoint(point, Scene(on: PostgreSQLServer.shared), kills: 20)
    }

    private func atPoint(_ point: FaultPoint, _ scene: Scene, kills: Int) async throws {
        var acknowledged: [String] = []
        // At the first certificate of a process, and at the second.
        let times = (0..<kills).map { $0 % 2 + 1 }
        for time in times { acknowledged += try await scene.killed(at: point, time: time) }
        // Each process acknowledged all certificates but the one that it was killed at.
        #expect(acknowledged.count == times.reduce(0) { $0 + $1 - 1 })
        let wasIntended = [.intentRecorded, .signed, .compared].contains(point)
        let abandoned = try await scene.check(acknowledged)
        #expect(abandoned.count == (wasIntended ? times.count : 0))
        let issued = try await scene.records().count { $0.state.name == .issued }
        #expect(issued == acknowledged.count + (point == .stored ? times.count : 0))
    }
}

/// An authority whose keys lie open, for processes that are going to be killed.
private struct Scene: Sendable {
    private let folder: TemporaryFolder
    private let creation: AuthorityCreation
    private let store: AuthorityDatabase
    private let loop: String

    private let place: String

    /// - Parameter server: where the store is; in a file, where none is given.
    init(on server: PostgreSQLServer? = nil) async throws {
        folder = try TemporaryFolder()
        loop = try BuiltProgram.path("issue-loop")
        creation = AuthorityCreation(try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")))
        if let server {
            place = try server.newSchema()
            store = try await AuthorityDatabase.open(at: PostgreSQLAddress(place))
        } else {
            place = folder.file("authority.sqlite")
            store = try AuthorityDatabase.create(at: place)
        }
        _ = try await creation.run(in: store, actor: "test", at: Date())
        for (name, key) in [("issuing", creation.issuingKey), ("audit", creation.auditKey)] {
            let der = unsafe key.pkcs8().withUnsafeBytes { unsafe Array($0) }
            try folder.write(PEM.render(label: "PRIVATE KEY", der), to: name)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder.file(name))
        }
    }

    /// Lets a process issue for so long, kills it, and gives the serial numbers that it acknowledged.
    func killed(after delay: Duration) async throws -> [String] {
        let process = try LoopProcess(loop, arguments)
        try process.waitUntilReady()
        try await Task.sleep(for: delay)
        process.kill()
        return try process.acknowledged()
    }

    /// Lets a process issue until it kills itself as it passes a point for the `time`th time.
    func killed(at point: FaultPoint, time: Int) async throws -> [String] {
        let process = try LoopProcess(loop, arguments + [point.rawValue, String(time)])
        try process.waitUntilReady()
        return try process.acknowledged()
    }

    private var arguments: [String] {
        [place, folder.file("issuing"), folder.file("audit")]
    }

    func records() async throws -> [IssuanceRecord] {
        try await store.certificates(matching: CertificateQuery(limit: .max))
    }

    /// What must hold of the store, whoever was killed when. Gives the serial numbers that were given up.
    @discardableResult
    func check(_ acknowledged: [String]) async throws -> [SerialNumber] {
        #expect(Set(acknowledged).count == acknowledged.count, "a serial number was given out twice")
        let keys = AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey)
        // The next start, when no killed process can be at work any more.
        let authority = try await IssuingAuthority.open(store, keys: keys, clock: { Date() + .minute })
        let unfinished = try await store.unfinishedIntents().map(\.serialNumber)
        #expect(try await authority.recover() == unfinished)
        #expect(try await store.unfinishedIntents().isEmpty)

        let records = try await records()
        let serials = records.map { $0.intent.serialNumber.description }
        #expect(Set(serials).count == serials.count, "a serial number was used twice")
        let issued = records.filter { $0.state.name == .issued }
        let missing = Set(acknowledged).subtracting(issued.map { $0.intent.serialNumber.description })
        #expect(missing.isEmpty, "acknowledged and not in the store")
        for record in issued {
            let certificate = try Certificate(der: try #require(record.certificate))
            #expect(certificate.tbsBytes.elementsEqual(record.intent.tbs), "signed and not recorded before")
        }
        #expect(records.allSatisfy { [.issued, .abandoned].contains($0.state.name) })

        try await checkAudit(issued: issued.count, abandoned: records.count - issued.count)
        try await checkRevoking(unfinished)
        return unfinished
    }

    private func checkAudit(issued: Int, abandoned: Int) async throws {
        let entries = try await store.auditEntries(from: 1, limit: .max)
        let end = try await store.auditEnd()
        let verdict = AuditChain.verify(entries, head: end?.head, key: creation.auditKey.publicKey)
        #expect(verdict == .intact(count: Int64(entries.count), hash: entries.last?.hash ?? []))
        let kinds = try entries.map { try AuditEntry($0).event.kind }
        #expect(kinds.count { $0 == .certificateIntended } == issued + abandoned)
        #expect(kinds.count { $0 == .certificateIssued } == issued)
        #expect(kinds.count { $0 == .issuanceAbandoned } == abandoned)
    }

    /// What may have been signed can be revoked, though no certificate of it was ever stored.
    private func checkRevoking(_ abandoned: [SerialNumber]) async throws {
        guard let serialNumber = abandoned.first else { return }
        let keys = AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey)
        let authority = try await IssuingAuthority.open(store, keys: keys, clock: { Date() + .minute })
        let outcome = try await authority.revoke(serialNumber, reason: .superseded, actor: "test")
        #expect(outcome.revoked == [serialNumber])
    }
}
