import NIOCore
import Testing

@testable import SymbolonTransport

@Suite("RFC 8446 §5: a change_cipher_spec is 0x01, in the handshake, and says nothing; any other ends it")
struct ChangeCipherSpecTests {
    private static func record(_ body: [UInt8]) -> [UInt8] { [20, 3, 3, 0, UInt8(body.count)] + body }

    /// A handshake in which these octets stand before the client's second flight.
    private static func toServer(_ extra: [UInt8]) throws -> EmbeddedPair {
        let pair = try EmbeddedPair.honest()
        try pair.server.connect()
        try pair.client.connect()
        try pair.server.take(pair.client.takeOutput())
        try pair.client.take(pair.server.takeOutput())
        try pair.server.take(ByteBuffer(bytes: extra))
        try pair.exchange()
        return pair
    }

    /// A handshake in which these octets stand between the server's hello and the rest of its flight.
    private static func toClient(_ extra: [UInt8]) throws -> EmbeddedPair {
        let pair = try EmbeddedPair.honest()
        try pair.server.connect()
        try pair.client.connect()
        try pair.server.take(pair.client.takeOutput())
        var flight = try pair.server.takeOutput()
        let length = try #require(flight.getInteger(at: flight.readerIndex + 3, as: UInt16.self))
        let hello = flight.readSlice(length: 5 + Int(length))
        try pair.client.take(#require(hello))
        try pair.client.take(ByteBuffer(bytes: extra))
        try pair.client.take(flight)
        try pair.exchange()
        return pair
    }

    @Test("as it should be, also repeated, it is passed over at both ends", arguments: [1, 2, 20])
    func passedOver(times: Int) throws {
        let extra = [[UInt8]](repeating: Self.record([1]), count: times).flatMap(\.self)
        for pair in [try Self.toServer(extra), try Self.toClient(extra)] {
            #expect(pair.server.recorder.facts.count == 1)
            #expect(pair.client.recorder.facts.count == 1)
            pair.client.send([1, 2, 3])
            try pair.exchange()
            #expect(pair.server.recorder.received == [1, 2, 3])
        }
    }

    @Test(
        "with another value, or another length, it ends the handshake at whoever hears it",
        arguments: [[0], [2], [0xFF], [], [1, 1], [1, 0]])
    func altered(_ body: [UInt8]) throws {
        let pairs = [try Self.toServer(Self.record(body)), try Self.toClient(Self.record(body))]
        for (pair, hearer) in zip(pairs, [\EmbeddedPair.server, \.client]) {
            #expect(pair.server.recorder.facts.isEmpty)
            // Divergence: the alert is bad_record_mac, not unexpected_message.
            #expect(pair[keyPath: hearer].recorder.failures == [.malformed("bad packet length")])
        }
    }

    @Test("said without end it ends the handshake")
    func flood() throws {
        let extra = [[UInt8]](repeating: Self.record([1]), count: 100).flatMap(\.self)
        let pair = try Self.toServer(extra)
        #expect(pair.server.recorder.facts.isEmpty)
        #expect(pair.client.recorder.failures == [.peerAlert(.unexpectedMessage)])
    }

    @Test("before the first hello it ends the handshake")
    func beforeHello() throws {
        let pair = try EmbeddedPair.honest()
        try pair.server.connect()
        try pair.server.take(ByteBuffer(bytes: Self.record([1])))
        try pair.client.connect()
        try pair.exchange()
        #expect(pair.server.recorder.facts.isEmpty)
        #expect(pair.client.recorder.failures == [.peerAlert(.unexpectedMessage)])
    }

    @Test("once both are proved it ends the connection")
    func after() throws {
        let pair = try EmbeddedPair.established()
        try pair.server.take(ByteBuffer(bytes: Self.record([1])))
        pair.client.send([1, 2, 3])
        try pair.exchange()
        #expect(pair.server.recorder.received.isEmpty)
        #expect(pair.server.recorder.failures == [.malformed("bad packet length")])
    }
}
