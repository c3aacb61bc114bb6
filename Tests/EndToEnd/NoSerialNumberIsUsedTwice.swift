import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import Testing

@Suite("C01: no serial number is used twice")
struct NoSerialNumberIsUsedTwice {
    /// How long the workers issue, in seconds. `SYMBOLON_SOAK=600` makes it the ten minutes of a thorough run.
    private static let time = Duration.seconds(Soak.seconds(otherwise: 2))

    @Test("C01: 64 workers issue from an authority and from a clone of its data: in all they made no number repeats")
    func workers() async throws {
        let folder = try TemporaryFolder()
        let creation = AuthorityCreation(try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")))
        let (original, clone) = (folder.file("original"), folder.file("clone"))
        try FileManager.default.createDirectory(atPath: original, withIntermediateDirectories: false)
        let past = try await begin(creation, in: original)
        // A store is closed on a thread of its own.
        #expect(try await eventually { try !hasOpen(original) })
        try FileManager.default.copyItem(atPath: original, toPath: clone)

        let end = ContinuousClock.now + Self.time
        let made = try await withThrowingTaskGroup(of: [SerialNumber].self) { group in
            // Two openings of each store, as two processes have.
            for place in [original, original, clone, clone] {
                let authority = try await open(place, creation)
                for _ in 0..<16 { group.addTask { try await issue(from: authority, until: end) } }
            }
            return try await group.reduce(into: past) { $0 += $1 }
        }
        print("C01: \(made.count) certificates in \(Self.time)")
        #expect(made.count > 64)
        #expect(Set(made).count == made.count)
        var recorded = 0
        for place in [original, clone] { recorded += try await check(place, creation) - past.count }
        #expect(recorded == made.count - past.count)
    }

    /// A store with some certificates in it, closed.
    private func begin(_ creation: AuthorityCreation, in place: String) async throws -> [SerialNumber] {
        let store = try AuthorityDatabase.create(at: place + "/authority.sqlite")
        _ = try await creation.run(in: store, actor: "test", at: Date())
        let authority = try await open(place, creation)
        var past: [SerialNumber] = []
        for _ in 0..<8 { past.append(try await issue(from: authority)) }
        return past
    }

    /// Whether this process has a file of a folder open.
    private func hasOpen(_ place: String) throws -> Bool {
        let descriptors = "/proc/self/fd"
        return try FileManager.default.contentsOfDirectory(atPath: descriptors).contains { number in
            let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\(number)")
            return path?.hasPrefix(place + "/") ?? false
        }
    }

    private func open(_ place: String, _ creation: AuthorityCreation) async throws -> IssuingAuthority {
        try await IssuingAuthority.open(
            AuthorityDatabase.open(at: place + "/authority.sqlite"),
            keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey), clock: { Date() })
    }

    private func issue(from authority: IssuingAuthority) async throws -> SerialNumber {
        let key = TestKeys.key("worker").publicKey
        return try await authority.issue(
            IssuanceRequest(profile: .client, name: "worker", publicKey: key, actor: "test")
        ).serialNumber
    }

    /// Two processes that write without a pause may keep one of them waiting for longer than the store's patience: it is
    /// told so, has issued nothing, and tries again.
    private func issue(
        from authority: IssuingAuthority, until end: ContinuousClock.Instant
    ) async throws -> [SerialNumber] {
        var made: [SerialNumber] = []
        repeat {
            do {
                made.append(try await issue(from: authority))
            } catch IssuanceFailure.store(.busy) {
                continue
            }
        } while ContinuousClock.now < end
        return made
    }

    /// The record of a store is whole. Gives how many certificates it has.
    private func check(_ place: String, _ creation: AuthorityCreation) async throws -> Int {
        let store = try AuthorityDatabase.open(at: place + "/authority.sqlite")
        let entries = try await store.auditEntries(from: 1, limit: .max)
        let head = try await store.auditEnd()?.head
        let verdict = AuditChain.verify(entries, head: head, key: creation.auditKey.publicKey)
        #expect(verdict == .intact(count: Int64(entries.count), hash: entries.last?.hash ?? []))
        return try await store.certificates(matching: CertificateQuery(states: [.issued], limit: .max)).count
    }
}
