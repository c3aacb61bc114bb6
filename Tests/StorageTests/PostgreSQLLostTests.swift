import Foundation
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonTestSupport
import Synchronization
import Testing

@testable import SymbolonStorage

/// Passes bytes between the store and its server, and cuts the connection when the store says COMMIT.
private final class CuttingRelay: Sendable {
    enum Cut: Sendable {
        case never
        /// The server never hears of the commit.
        case beforeCommit
        /// The server commits; the store hears nothing of it.
        case afterCommit
    }

    let listener: ListeningSocket
    private let state: Mutex<State>

    struct State {
        var next = Cut.never
        /// Nobody gets through after the cut.
        var isClosedAfterCut = false
        var isClosed = false
        var cuts = 0
    }

    init(to port: Int) throws {
        listener = try ListeningSocket()
        state = Mutex(State())
        listener.start { [weak self] client in
            guard let self, !self.state.withLock(\.isClosed), let server = try? Socket.connectNow(port) else { return }
            let cut = CutOnAnswer()
            Thread.detachNewThread {
                while let bytes = try? server.readNow(), !bytes.isEmpty {
                    if cut.isSet { break }
                    guard (try? client.writeNow(bytes)) != nil else { break }
                }
                if cut.isSet { cut.answered() }
                shutdown(client.descriptor, Int32(SHUT_RDWR))
            }
            while let bytes = try? client.readNow(), !bytes.isEmpty {
                let action = self.action(on: bytes)
                if action == .beforeCommit { break }
                if action == .afterCommit { cut.set() }
                guard (try? server.writeNow(bytes)) != nil else { break }
                if action == .afterCommit {
                    cut.waitForAnswer()
                    break
                }
            }
            shutdown(server.descriptor, Int32(SHUT_RDWR))
            shutdown(client.descriptor, Int32(SHUT_RDWR))
        }
    }

    var cuts: Int { state.withLock(\.cuts) }

    func cutNext(_ cut: Cut, thenClosed: Bool = false) {
        state.withLock {
            $0.next = cut
            $0.isClosedAfterCut = thenClosed
        }
    }

    func reopen() { state.withLock { $0.isClosed = false } }

    private func action(on bytes: [UInt8]) -> Cut {
        guard bytes.contains(Array("COMMIT".utf8)) else { return .never }
        return state.withLock { state in
            defer {
                if state.next != .never {
                    state.cuts += 1
                    if state.isClosedAfterCut { state.isClosed = true }
                }
                state.next = .never
            }
            return state.next
        }
    }

    /// Between the two directions of one connection.
    private final class CutOnAnswer: Sendable {
        private let flag = Atomic(false)
        private let answer = DispatchSemaphore(value: 0)

        var isSet: Bool { flag.load(ordering: .acquiring) }
        func set() { flag.store(true, ordering: .releasing) }
        func answered() { answer.signal() }
        func waitForAnswer() { answer.wait() }
    }
}

@Suite("C03: a commit whose answer is lost is found out about, never assumed")
struct LostCommits {
    private func fixture() async throws -> (StoreFixture, CuttingRelay) {
        let server = try await PostgreSQLServer.shared
        let relay = try CuttingRelay(to: server.port)
        return (try await StoreFixture(on: server, port: relay.listener.port), relay)
    }

    @Test("C03: the server had committed: it is done, once")
    func committed() async throws {
        let (fixture, relay) = try await fixture()
        try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        relay.cutNext(.afterCommit)
        try await fixture.store.record(fixture.intent(2), audit: fixture.audit())
        #expect(relay.cuts == 1)
        #expect(try await fixture.store.unfinishedIntents().count == 2)
        #expect(try await fixture.store.auditEnd()?.last.sequence == 2)
        // Without an audit entry to look for, the server is asked by the transaction's identifier.
        relay.cutNext(.afterCommit)
        let endpoint = ServiceEndpoint(service: "web", address: "127.0.0.1:1", updatedAt: noon)
        try await fixture.store.publish(endpoint)
        #expect(relay.cuts == 2)
        #expect(try await fixture.store.endpoint(of: "web") == endpoint)
    }

    @Test("C03: the server had not: it is done again, and is there once")
    func notCommitted() async throws {
        let (fixture, relay) = try await fixture()
        relay.cutNext(.beforeCommit)
        try await fixture.store.record(fixture.intent(1), audit: fixture.audit())
        #expect(relay.cuts == 1)
        #expect(try await fixture.store.unfinishedIntents().count == 1)
        #expect(try await fixture.store.auditEnd()?.last.sequence == 1)
        relay.cutNext(.beforeCommit)
        try await fixture.store.publish(ServiceEndpoint(service: "web", address: "127.0.0.1:1", updatedAt: noon))
        #expect(relay.cuts == 2)
        #expect(try await fixture.store.endpoint(of: "web") != nil)
    }

    @Test("C03: nobody can be asked in time: that is what is said, and both outcomes are good afterwards")
    func unknown() async throws {
        let server = try await PostgreSQLServer.shared
        let relay = try CuttingRelay(to: server.port)
        let address = try PostgreSQLAddress(try server.newSchema(port: relay.listener.port))
        let store = AuthorityDatabase(try await PostgreSQLEngine.open(address, mode: .readWrite, patience: 2))
        let fixture = try await StoreFixture(on: server)
        for (number, cut) in [(UInt32(1), CuttingRelay.Cut.afterCommit), (2, .beforeCommit)] {
            relay.cutNext(cut, thenClosed: true)
            await #expect {
                try await store.record(fixture.intent(number), audit: fixture.audit())
            } throws: {
                if case StoreFailure.outcomeUnknown = $0 { true } else { false }
            }
            relay.reopen()
        }
        // The first was committed, the second was not, and the record goes on from what is there.
        #expect(try await store.unfinishedIntents() == [fixture.intent(1)])
        try await store.record(fixture.intent(2), audit: fixture.audit())
        let verdict = AuditChain.verify(
            try await store.auditEntries(from: 1, limit: .max), head: try await store.auditEnd()?.head,
            key: fixture.sealer.publicKey)
        guard case .intact(count: 2, _) = verdict else {
            Issue.record("the record is \(verdict)")
            return
        }
    }

    @Test("a server that is killed and comes back is waited for; nothing acknowledged is lost (A16)")
    func killed() async throws {
        let server = try await PostgreSQLServer()
        let fixture = try await StoreFixture(on: server)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number: UInt32 in 1...200 {
                group.addTask { try await fixture.store.record(fixture.intent(number), audit: fixture.audit()) }
            }
            var done = 0
            for try await _ in group {
                done += 1
                if done == 20 {
                    try server.crash()
                    try await server.start()
                }
            }
        }
        #expect(try await fixture.store.unfinishedIntents().count == 200)
        guard case .intact(count: 200, _) = try await fixture.verdict() else {
            Issue.record("the record is \(try await fixture.verdict())")
            return
        }
        try server.stop()
    }
}

@Suite("C01: writes of all nodes follow one another")
struct WriteLock {
    @Test("C01: who comes second waits for the lock that the first holds to its commit")
    func waits() async throws {
        let fixture = try await StoreFixture.make(.postgreSQL)
        let address = try #require(fixture.address)
        let (first, looking) = (
            PostgreSQLThread("first", address, patience: 5), PostgreSQLSession(address, patience: 5)
        )
        try await fixture.store.append(fixture.audit())
        try await first.run { try $0.begin() }
        let isDone = Flag()
        async let second: Void = {
            try await fixture.store.append(fixture.audit())
            isDone.set()
        }()
        let store = UInt32(bitPattern: try looking.storeIdentifier())
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = \(store) AND NOT granted"
        while !isDone.isSet, try looking.connected().script(waiting) != "1" { await Task.yield() }
        #expect(!isDone.isSet)
        try await first.run { session in
            let transaction = StoreTransaction(session)
            try transaction.append(fixture.audit())
            try transaction.finish()
        }
        try await second
        guard case .intact(count: 3, _) = try await fixture.verdict() else {
            Issue.record("the record is \(try await fixture.verdict())")
            return
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .acquiring) }
        func set() { value.store(true, ordering: .releasing) }
    }
}

extension PostgreSQLThread {
    fileprivate func run(_ work: @escaping @Sendable (PostgreSQLSession) throws -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            async { session in continuation.resume(with: Result { try work(session) }) }
        }
    }
}
