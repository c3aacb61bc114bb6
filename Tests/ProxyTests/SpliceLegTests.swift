import NIOCore
import SymbolonTransport
import Testing

@testable import SymbolonProxy

@Suite("A leg asks for no more than its partner can take", .timeLimit(.minutes(5)))
struct SpliceLegTests {
    /// Two legs on one loop, each with a socket whose other end the test holds.
    struct Pair {
        /// What only the loop touches.
        struct Legs {
            let front = SpliceLeg(.front, secure: false)
            let back = SpliceLeg(.back, secure: false)
        }

        let loops: StreamLoops
        let front: SocketPair
        let back: SocketPair
        let legs: NIOLoopBound<Legs>

        init() async throws {
            let loops = try StreamLoops(count: 1)
            let (front, back) = (try SocketPair(), try SocketPair())
            let loop = loops.all[0]
            legs = try await loop.submit {
                let legs = Legs()
                legs.front.take(front.near, on: loop, tls: nil)
                legs.back.take(back.near, on: loop, tls: nil)
                return NIOLoopBound(legs, eventLoop: loop)
            }.get()
            (self.loops, self.front, self.back) = (loops, front, back)
        }

        func on<Answer: Sendable>(_ body: @escaping @Sendable (Legs) -> Answer) async throws -> Answer {
            try await loops.all[0].submit { [legs] in body(legs.value) }.get()
        }

        func splice() async throws {
            try await on {
                $0.front.splice(to: $0.back)
                $0.back.splice(to: $0.front)
            }
        }
    }

    @Test("nothing is read until there is a partner, and then all of it")
    func heldUntilSpliced() async throws {
        let pair = try await Pair()
        pair.front.write("early")
        // What is asked of the loop comes after what the kernel told it before.
        #expect(try await pair.on { $0.front.received } == 0)
        #expect(pair.back.isSilent)
        try await pair.splice()
        #expect(pair.back.text(5) == "early")
        pair.back.write("answer")
        #expect(pair.front.text(6) == "answer")
    }

    @Test("reading ends while the partner cannot take more, and goes on when it can; no byte is lost")
    func backPressure() async throws {
        let pair = try await Pair()
        try await pair.splice()
        let all = pattern(8 << 20)
        var sent = 0
        var still = 0
        // Nobody reads at the other end: the flow stands when many looks in a row find it where it was.
        while still < 200 {
            let taken = max(0, pair.front.write(Array(all[sent..<min(sent + 65_536, all.count)])))
            let received = try await pair.on { $0.front.received }
            sent += taken
            still = taken == 0 && received <= UInt64(sent) ? still + 1 : 0
        }
        let received = try await pair.on { $0.front.received }
        #expect(sent < 4 << 20 && received < 2 << 20)
        let whole = Array(all.prefix(sent))
        #expect(pair.back.read(sent) == whole)
        #expect(try await pair.on { $0.front.received } == UInt64(sent))
    }

    @Test("bytes that came before the partner are kept, in order, and go first")
    func keptBytes() async throws {
        let pair = try await Pair()
        try await pair.on {
            $0.front.streamReceived(ByteBuffer(string: "one "))
            $0.front.streamReceived(ByteBuffer(string: "two "))
        }
        pair.front.write("three")
        #expect(try await pair.on { $0.front.received } == 8)
        #expect(pair.back.isSilent)
        try await pair.splice()
        #expect(pair.back.text(13) == "one two three")
        #expect(try await pair.on { $0.front.received } == 13)
    }
}
