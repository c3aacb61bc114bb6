import Glibc
import NIOCore
import Synchronization
import Testing

@testable import SymbolonTransport

@Suite("An event loop of streams", .timeLimit(.minutes(2)))
struct StreamLoopTests {
    let loops: StreamLoops
    var loop: StreamLoop { loops.all[0] }

    init() throws { loops = try StreamLoops(count: 1) }

    @Test("what is asked of it is done on its thread, in order, whoever asks")
    func inOrder() async throws {
        let seen = Mutex<[Int]>([])
        let loop = loop
        for number in 0..<1_000 {
            loop.execute {
                #expect(loop.inEventLoop)
                seen.withLock { $0.append(number) }
                if number % 100 == 0 { loop.execute { seen.withLock { $0.append(1_000 + number) } } }
            }
        }
        try await loop.submit {}.get()
        try await loop.submit {}.get()
        #expect(!loop.inEventLoop)
        let all = seen.withLock { $0 }
        #expect(all.filter { $0 < 1_000 } == Array(0..<1_000) && all.count == 1_010)
    }

    @Test("tasks are done when they are due, the earlier first, and not when they were cancelled")
    func scheduled() async throws {
        let seen = Mutex<[Int]>([])
        let late = loop.scheduleTask(in: .milliseconds(30)) { seen.withLock { $0.append(2) } }
        let cancelled = loop.scheduleTask(in: .milliseconds(20)) { seen.withLock { $0.append(0) } }
        let early = loop.scheduleTask(in: .milliseconds(10)) { seen.withLock { $0.append(1) } }
        cancelled.cancel()
        try await early.futureResult.get()
        try await late.futureResult.get()
        await #expect(throws: EventLoopError.cancelled) { try await cancelled.futureResult.get() }
        #expect(seen.withLock { $0 } == [1, 2])
        await #expect(throws: EventLoopError.unsupportedOperation) { try await loop.shutdownGracefully() }
    }

    @Test("it ends with the last reference to its group, and whoever it watches for is told")
    func ends() async throws {
        let pair = try RawPair()
        await withCheckedContinuation { continuation in
            guard let group = try? StreamLoops(count: 1) else { return continuation.resume() }
            let loop = group.all[0]
            loop.execute {
                let watch = Watch()
                watch.whenEnded = { continuation.resume() }
                _ = loop.watch(pair.near.number, for: [.input, .edge], watch)
            }
            // What was asked before the last reference went is done.
            _ = consume group
        }
    }

    @Test("an alarm rings once, and not when it was cleared or set anew")
    func alarms() async throws {
        let loop = loop
        let rang = Mutex<[String]>([])
        let pairs = try (0..<3).map { _ in try RawPair() }
        await withCheckedContinuation { continuation in
            loop.execute {
                let watches = ["moved", "cleared", "last"].map { name in
                    let watch = Watch()
                    watch.whenRung = {
                        rang.withLock { $0.append(name) }
                        if name == "last" { continuation.resume() }
                    }
                    return watch
                }
                let keys = zip(pairs, watches).compactMap { loop.watch($0.near.number, for: [.edge], $1) }
                loop.setAlarm(keys[0], in: .milliseconds(1))
                loop.setAlarm(keys[1], in: .milliseconds(1))
                loop.setAlarm(keys[0], in: .milliseconds(20))
                loop.clearAlarm(keys[1])
                loop.setAlarm(keys[2], in: .milliseconds(40))
            }
        }
        #expect(rang.withLock { $0 } == ["moved", "last"])
    }

    @Test("what a socket had before it was a stream's is received, though nobody is told of it again")
    func toldBefore() async throws {
        let loop = loop
        let pair = try RawPair()
        let context = try TLSContext(side: .client, identity: nil, settings: TLSSettings())
        let failure: TLSFailure? = await withCheckedContinuation { continuation in
            loop.execute {
                let watch = Watch()
                watch.whenReady = {
                    let owner = Owner()
                    owner.whenFailed = { continuation.resume(returning: $0 as? TLSFailure) }
                    let socket = ConnectedSocket(pair.near, from: nil, key: pair.key, readiness: [.input])
                    let tls = Stream.TLS(context: context, serverName: nil) { _ in .refused(.internalError) }
                    Stream(socket, on: loop, owner: owner, tls: tls).start()
                }
                pair.key = loop.watch(pair.near.number, for: [.input, .edge], watch) ?? 0
                pair.write("220 a server that speaks first, and no TLS")
            }
        }
        #expect(failure == .notTLS)
    }

    @Test("what was fetched for a socket that is closed meanwhile does not reach the next one of its number")
    func reusedNumber() async throws {
        let loop = loop
        let told = Mutex<[String]>([])
        let first = try RawPair()
        let second = try RawPair()
        try await loop.submit {
            // Both are ready when the loop looks; whichever is told first closes the other, whose number is then another's.
            for (mine, other) in [(first, second), (second, first)] {
                let watch = Watch()
                watch.whenReady = {
                    told.withLock { $0.append("first of two") }
                    loop.forget(other.key)
                    guard let next = try? RawPair(reusing: other) else { return }
                    let heir = Watch()
                    heir.whenReady = { told.withLock { $0.append("heir") } }
                    other.key = loop.watch(next.near.number, for: [.input, .edge], heir) ?? 0
                    other.heir = next
                }
                mine.key = try #require(loop.watch(mine.near.number, for: [.input, .edge], watch))
            }
            first.write()
            second.write()
        }.get()
        try await loop.submit {}.get()
        try await loop.submit {}.get()
        #expect(told.withLock { $0 } == ["first of two"])
    }
}

/// Tells its test how a stream fails.
private final class Owner: StreamOwner {
    var whenFailed: (any Error) -> Void = { _ in }

    func streamProved(_ facts: SessionFacts) {}
    func streamReceived(_ bytes: ByteBuffer) {}
    func streamInputEnded() {}
    func streamBecameWritable() {}
    func streamOutputEnded() {}
    func streamFailed(_ error: any Error) { whenFailed(error) }
    func streamClosed() {}
}

/// Tells its test what it is told. Confined to its loop.
private final class Watch: Watched {
    var whenReady: () -> Void = {}
    var whenRung: () -> Void = {}
    var whenEnded: () -> Void = {}

    func ready(_ readiness: Readiness) { whenReady() }
    func rang() { whenRung() }
    func loopEnds() { whenEnded() }
}

/// Two sockets that are each other's ends. `@unchecked`: a test touches it before its loop does, or after.
private final class RawPair: @unchecked Sendable {
    private(set) var near: Descriptor
    private let far: CInt
    var key: UInt64 = 0
    var heir: RawPair?

    init() throws {
        var numbers: [CInt] = [0, 0]
        guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &numbers) == 0 else {
            throw StreamFailure.system(errno)
        }
        near = Descriptor(numbers[0])
        far = numbers[1]
    }

    /// With the number that the other's near end has had, which is closed.
    init(reusing other: RawPair) throws {
        let number = other.near.number
        var numbers: [CInt] = [0, 0]
        guard unsafe socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &numbers) == 0 else {
            throw StreamFailure.system(errno)
        }
        // dup2(2) closes what has the number, and gives it to the new socket.
        guard dup2(numbers[0], number) == number else { throw StreamFailure.system(errno) }
        close(numbers[0])
        near = other.near
        far = numbers[1]
    }

    deinit { close(far) }

    func write(_ text: String = "x") { _ = unsafe send(far, text, text.utf8.count, CInt(MSG_NOSIGNAL)) }
}
