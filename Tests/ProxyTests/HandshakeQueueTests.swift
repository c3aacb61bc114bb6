import NIOCore
import Testing

@testable import SymbolonProxy

@Suite("Handshakes under way: the oldest gives way to a newcomer")
struct HandshakeQueueTests {
    func peer(_ last: Int) throws -> PeerAddress {
        PeerAddress(try SocketAddress(ipAddress: "192.0.2.\(last)", port: 9))
    }

    @Test("nobody gives way while there is room")
    func room() throws {
        var queue = HandshakeQueue(limit: 3, limitPerAddress: 3)
        for id in 1...3 { #expect(queue.arrive(UInt64(id), from: try peer(id)) == nil) }
        #expect(queue.count == 3)
    }

    @Test("the oldest of all gives way when the whole is full")
    func full() throws {
        var queue = HandshakeQueue(limit: 2, limitPerAddress: 2)
        _ = queue.arrive(1, from: try peer(1))
        _ = queue.arrive(2, from: try peer(2))
        #expect(queue.arrive(3, from: try peer(3)) == 1)
        #expect(queue.arrive(4, from: try peer(4)) == 2)
        #expect(queue.count == 2)
    }

    @Test("the oldest of an address gives way to its own newcomer, and others are left alone")
    func fullAddress() throws {
        var queue = HandshakeQueue(limit: 10, limitPerAddress: 2)
        _ = queue.arrive(1, from: try peer(7))
        _ = queue.arrive(2, from: try peer(8))
        _ = queue.arrive(3, from: try peer(8))
        #expect(queue.arrive(4, from: try peer(8)) == 2)
        #expect(queue.arrive(5, from: try peer(9)) == nil)
    }

    @Test("who has finished no longer counts")
    func finished() throws {
        var queue = HandshakeQueue(limit: 2, limitPerAddress: 2)
        _ = queue.arrive(1, from: try peer(1))
        _ = queue.arrive(2, from: try peer(1))
        queue.leave(1)
        queue.leave(1)
        #expect(queue.arrive(3, from: try peer(1)) == nil)
        #expect(queue.arrive(4, from: try peer(1)) == 2)
    }

    @Test("a hundred thousand arrivals leave nothing behind")
    func bounded() throws {
        var queue = HandshakeQueue(limit: 8, limitPerAddress: 4)
        for id in 0..<100_000 {
            _ = queue.arrive(UInt64(id), from: try peer(id % 3))
            if id.isMultiple(of: 2) { queue.leave(UInt64(id)) }
            #expect(queue.count <= 8)
        }
    }

    @Test(
        "counts as one stranger",
        arguments: [
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
            ("2001:db8::1", "2001:db8::ffff:2", true), ("2001:db8::1", "2001:db8:0:1::1", false),
            ("::ffff:192.0.2.1", "192.0.2.1", true), ("::ffff:192.0.2.1", "::ffff:192.0.2.2", false),
        ])
    func strangers(one: String, other: String, same: Bool) throws {
        let one = PeerAddress(try SocketAddress(ipAddress: one, port: 1))
        let other = PeerAddress(try SocketAddress(ipAddress: other, port: 2))
        #expect((one == other) == same)
    }
}
