import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import Synchronization
import Testing

@testable import SymbolonStorage

@Suite("An identity is replaced in place, and never by half of one")
struct IdentityWatchTests {
    let scratch: Scratch
    let home: HomeFolder

    init() throws {
        scratch = try Scratch()
        home = HomeFolder(scratch.file("home"))
        _ = try home.create(passphrase: .descriptor(0))
    }

    @Test("a new file is taken up by the next look, and by no look after that")
    func replaced() throws {
        let first = try identity("web")
        try home.saveIdentity(first, under: passphrase)
        let watch = try IdentityWatch(.home(home, first.name), passphrase: passphrase) { noon }
        #expect(isUnchanged(watch.poll()))
        let second = try identity("web")
        try home.saveIdentity(second, under: passphrase)
        guard case .replaced(let taken) = watch.poll() else {
            Issue.record("the new identity was not taken up")
            return
        }
        #expect(taken.chain == second.chain)
        #expect(watch.identity.chain == second.chain)
        #expect(isUnchanged(watch.poll()))
    }

    @Test("T40: one half of a new pair keeps the old identity; the other half completes it")
    func halves() throws {
        let (old, new) = (try identity("web"), try identity("web"))
        let source = IdentitySource.files(
            name: old.name, certificate: try scratch.write("certificate.pem", old.chain.pem, mode: 0o644),
            key: try scratch.write("key.pem", old.key.clearPEM),
            anchors: try scratch.write("anchors.pem", old.anchors.pem, mode: 0o644))
        let watch = try IdentityWatch(source, passphrase: nil) { noon }
        try DurableFile.replace(scratch.file("certificate.pem"), with: Array(new.chain.pem.utf8), mode: 0o644)
        guard case .kept(let kept, because: .keyDoesNotFit) = watch.poll() else {
            Issue.record("half an identity was taken up")
            return
        }
        #expect(kept.chain == old.chain)
        #expect(watch.identity.chain == old.chain)
        try DurableFile.replace(scratch.file("key.pem"), with: Array(new.key.clearPEM.utf8), mode: 0o600)
        guard case .replaced(let taken) = watch.poll() else {
            Issue.record("the whole identity was not taken up")
            return
        }
        #expect(taken.chain == new.chain)
        #expect(taken.key.publicKey == new.key.publicKey)
    }

    @Test("T10: anchors that become unusable keep the old ones and raise an alarm")
    func anchorsLost() throws {
        let old = try identity("web")
        let anchors = try scratch.write("anchors.pem", old.anchors.pem, mode: 0o644)
        let watch = try IdentityWatch(
            .files(
                name: old.name, certificate: try scratch.write("certificate.pem", old.chain.pem),
                key: try scratch.write("key.pem", old.key.clearPEM), anchors: anchors), passphrase: nil
        ) { noon }
        for (spoil, expected) in [
            ({ try DurableFile.replace(anchors, with: [], mode: 0o644) }, IdentityFailure.file(.empty(path: anchors))),
            ({ try DurableFile.remove(anchors) }, .file(.absent(path: anchors))),
            (
                { try makeFolder(anchors, mode: 0o700) },
                .file(.wrongKind(path: anchors, found: .folder, wanted: .regularFile))
            ),
        ] {
            try spoil()
            guard case .kept(let kept, let reason) = watch.poll() else {
                Issue.record("no alarm for \(expected)")
                continue
            }
            #expect(reason == expected)
            #expect(kept.anchors == old.anchors)
        }
    }

    @Test("an end does not start without an identity")
    func start() throws {
        let name = try IdentityName("web")
        #expect(throws: IdentityFailure.file(.absent(path: home.identityFile(name)))) {
            try IdentityWatch(.home(home, name), passphrase: passphrase) { noon }
        }
        #expect(throws: IdentityFailure.key(.passphraseNeeded(path: home.identityFile(name)))) {
            try IdentityWatch(.home(home, name), passphrase: nil) { noon }
        }
    }

    @Test("T40: in 500 alternating swaps a reader never sees a mixture")
    func swaps() async throws {
        let name = try IdentityName("web")
        // Sealing is slow on purpose, so each of the two is sealed once and its file swapped 500 times.
        let texts = try (0..<2).map { _ in try identity("web").pem(under: passphrase, kdf: .scrypt) }
        let path = home.identityFile(name)
        try DurableFile.replace(path, with: texts[0], mode: 0o600)
        let swapping = Swapping()
        async let reads = withTaskGroup(of: Int?.self) { group in
            for _ in 0..<3 { group.addTask { await swapping.wholeReads(of: path, among: texts) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        for swap in 1...500 {
            try DurableFile.replace(path, with: texts[swap % 2], mode: 0o600)
            if swap % 100 == 0 { _ = try home.loadIdentity(name, with: passphrase) }
            await Task.yield()
        }
        swapping.end()
        let counts = await reads
        #expect(!counts.contains(nil))
        #expect(counts.contains { ($0 ?? 0) > 0 })
    }

    /// Readers that go on until the last swap.
    private final class Swapping: Sendable {
        private let isDone = Atomic(false)

        func end() { isDone.store(true, ordering: .releasing) }

        /// How many reads gave one of `texts`; `nil` when one gave anything else.
        func wholeReads(of path: String, among texts: [[UInt8]]) async -> Int? {
            var whole = 0
            while !isDone.load(ordering: .acquiring) {
                guard let bytes = try? FileReading.ownerOnly(path, limit: 1 << 20), texts.contains(bytes) else {
                    return nil
                }
                whole += 1
                await Task.yield()
            }
            return whole
        }
    }

    private func isUnchanged(_ outcome: IdentityWatch.Outcome) -> Bool {
        if case .unchanged = outcome { true } else { false }
    }
}

@Suite("A store's changes are seen from outside")
struct StoreWatchTests {
    /// The first thing that is new. A server's notification comes on a connection of its own, so it may come after the
    /// commit has returned.
    private func next(_ watch: StoreWatch) async -> StoreWatch.Outcome {
        while true {
            let outcome = await watch.poll()
            if outcome != .unchanged { return outcome }
        }
    }

    @Test("a commit, a revocation and silence are told apart", arguments: StoreKind.allCases)
    func outcomes(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let watch = StoreWatch(fixture.store, changeCounter: 0)
        #expect(await watch.poll() == .unchanged)
        try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        #expect(await next(watch) == .committed)
        #expect(await watch.poll() == .unchanged)
        _ = try await fixture.store.revoke([fixture.order(1)])
        #expect(await next(watch) == .revoked(changeCounter: 1))
        // Where it was asked for before it was notified of, the notification is still to come.
        let silence: [StoreWatch.Outcome] = kind == .sqlite ? [.unchanged] : [.unchanged, .committed]
        #expect(silence.contains(await watch.poll()))
    }

    @Test("what was revoked before the first look is told by it", arguments: StoreKind.allCases)
    func before(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        _ = try await fixture.store.revoke([fixture.order(1)])
        #expect(await StoreWatch(fixture.store, changeCounter: 0).poll() == .revoked(changeCounter: 1))
        #expect(await StoreWatch(fixture.store, changeCounter: 1).poll() == .unchanged)
    }

    @Test("a store that goes is told once; one that comes in its place is looked at")
    func replaced() async throws {
        let (fixture, other) = (try StoreFixture(), try StoreFixture())
        try await other.store.record(other.intent(1), audit: other.audit())
        _ = try await other.store.revoke([other.order(1)])
        let watch = StoreWatch(fixture.store, changeCounter: 0)
        #expect(await watch.poll() == .unchanged)
        try FileManager.default.moveItem(atPath: fixture.path, toPath: fixture.path + ".away")
        let absent = FileFailure.absent(path: fixture.path).explanation
        #expect(await watch.poll() == .failed(.unavailable(absent)))
        #expect(await watch.poll() == .unchanged)
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: fixture.path + suffix) }
        for suffix in ["-wal", ""] {
            try FileManager.default.copyItem(atPath: other.path + suffix, toPath: fixture.path + suffix)
        }
        #expect(await watch.poll() == .revoked(changeCounter: 1))
    }

    @Test("run reports what each look finds until it is cancelled", arguments: StoreKind.allCases)
    func run(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        _ = try await fixture.store.revoke([fixture.order(1)])
        let watch = StoreWatch(fixture.store, changeCounter: 0)
        let (outcomes, continuation) = AsyncStream.makeStream(of: StoreWatch.Outcome.self)
        let running = Task { await watch.run(every: .zero) { continuation.yield($0) } }
        var iterator = outcomes.makeAsyncIterator()
        #expect(await iterator.next() == .revoked(changeCounter: 1))
        running.cancel()
        await running.value
    }
}
