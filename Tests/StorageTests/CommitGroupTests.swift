import Foundation
import GRDB
import SymbolonAudit
import SymbolonAuthority
import Synchronization
import Testing

@testable import SymbolonStorage

@Suite("Writes that come together share a transaction, and nothing else")
struct CommitGroups {
    @Test("one that is refused undoes itself only, whoever refuses it", arguments: StoreKind.allCases)
    func refusals(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        // 1 to 90: every third is taken already, every third is refused by the schema, and the others are done.
        for number: UInt32 in stride(from: 3, through: 90, by: 3) {
            try await fixture.store.record(fixture.intent(number), audit: fixture.audit())
        }
        let outcomes = try await withThrowingTaskGroup(of: String.self) { group in
            for number: UInt32 in 1...90 {
                group.addTask {
                    let intent = try fixture.intent(
                        number, identity: number % 3 == 1 ? "" : "spiffe://example.internal/web")
                    do throws(StoreFailure) {
                        try await fixture.store.record(intent, audit: fixture.audit())
                        return "done"
                    } catch .serialTaken {
                        return "taken"
                    } catch .forbidden {
                        return "forbidden"
                    }
                }
            }
            return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes == ["done": 30, "taken": 30, "forbidden": 30])
        guard case .intact(count: 60, _) = try await fixture.verdict() else {
            Issue.record("the record is \(try await fixture.verdict())")
            return
        }
    }

    @Test("forty are one transaction with one signed head", arguments: StoreKind.allCases)
    func together(_ kind: StoreKind) async throws {
        let fixture = try await StoreFixture.make(kind)
        let heads = Mutex<[Int64]>([])
        let refused = Mutex(0)
        let jobs = (0..<40).map { number in
            CommitQueue.Job {
                try $0.append(fixture.audit())
                if number == 7 { throw StoreFailure.forbidden("for a test") }
            } finish: {
                if $0 != nil { refused.withLock { $0 += 1 } }
            }
        }
        try await fixture.onLink { link in
            CommitGroup(link: link, committed: { head in heads.withLock { $0.append(head.count) } }).commit(jobs)
        }
        #expect(heads.withLock { $0 } == [39])
        #expect(refused.withLock { $0 } == 1)
        guard case .intact(count: 39, _) = try await fixture.verdict() else {
            Issue.record("the record is \(try await fixture.verdict())")
            return
        }
    }

    @Test("who looks something up changes nothing, though the connection could")
    func lookingUp() async throws {
        let fixture = try StoreFixture()
        try await fixture.fill()
        for sql in ["UPDATE change_counter SET value = value + 1", "BEGIN IMMEDIATE TRANSACTION"] {
            await #expect(throws: StoreFailure.readOnly("who looks something up changes nothing")) {
                try await fixture.store.engine.lookUp { _ = try $0.execute(sql) }
            }
        }
        #expect(try await fixture.store.changeCounter() == 1)
        // The next write finds the connection as it should be.
        _ = try await fixture.store.revoke([fixture.order(1)])
        #expect(try await fixture.store.changeCounter() == 2)
    }

    @Test("the thread that commits ends with its queue, and lets its link go", .timeLimit(.minutes(2)))
    func ends() async throws {
        let (gone, tell) = AsyncStream<Void>.makeStream()
        try await Self.commit(on: Token(tell))
        for await _ in gone { return }
    }

    private final class Token: Sendable {
        private let tell: AsyncStream<Void>.Continuation
        init(_ tell: AsyncStream<Void>.Continuation) { self.tell = tell }
        deinit { tell.yield() }
    }

    /// One write, refused because there is no link to lend.
    private static func commit(on token: Token) async throws {
        let queue = CommitQueue(committed: { _ in }, lend: { _ in withExtendedLifetime(token) {} })
        queue.add(
            CommitQueue.Job { _ in
            } finish: { _ in
            })
        // A second one comes to a thread that waits.
        queue.add(
            CommitQueue.Job { _ in
            } finish: { _ in
            })
    }
}
