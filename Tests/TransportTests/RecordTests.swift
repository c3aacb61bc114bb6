import NIOCore
import NIOEmbedded
import Testing

@testable import SymbolonTransport

@Suite("RFC 8446 §5: records arrive whole, in order and unaltered, however the transport cuts them")
struct RecordTests {
    static let sizes = [0, 1, 2, 100, 16_383, 16_384, 16_385, 65_536, 200_000]

    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    @Test("every size passes both ways", arguments: sizes)
    func size(count: Int) throws {
        let pair = try EmbeddedPair.established()
        let bytes = Self.pattern(count)
        pair.client.send(bytes)
        pair.server.send(bytes)
        try pair.exchange()
        #expect(pair.server.recorder.received == bytes)
        #expect(pair.client.recorder.received == bytes)
    }

    @Test("records split anywhere, and many in one piece", arguments: Cut.allCases)
    func cuts(cut: Cut) throws {
        let pair = try EmbeddedPair.established(cut: cut)
        for size in [1, 5, 300, 20_000] {
            pair.client.send(Self.pattern(size))
            pair.server.send(Self.pattern(size))
        }
        try pair.exchange()
        let expected = [1, 5, 300, 20_000].flatMap(Self.pattern)
        #expect(pair.server.recorder.received == expected)
        #expect(pair.client.recorder.received == expected)
    }

    @Test("bulk is delivered in pieces of up to 64 KiB, and small messages in buffers of their size")
    func deliveries() throws {
        let pair = try EmbeddedPair.established()
        pair.client.send(Self.pattern(200_000))
        try pair.exchange()
        #expect(pair.server.recorder.deliveries.allSatisfy { $0 <= 65_536 })
        #expect(pair.server.recorder.deliveries.count <= 5)
    }

    @Test("an altered record ends the connection with bad_record_mac and delivers nothing of it")
    func altered() throws {
        let pair = try EmbeddedPair.established()
        pair.client.send([1, 2, 3])
        var record = try pair.client.takeOutput()
        let last = record.writerIndex - 1
        record.setInteger(try #require(record.getInteger(at: last, as: UInt8.self)) ^ 1, at: last)
        try pair.server.take(record)
        try pair.exchange()
        #expect(pair.server.recorder.received.isEmpty)
        #expect(pair.server.recorder.failures == [.recordNotAuthentic])
        #expect(pair.client.recorder.failures == [.peerAlert(.badRecordMAC)])
    }

    @Test("a record sent twice is refused")
    func replayed() throws {
        let pair = try EmbeddedPair.established()
        pair.client.send([1, 2, 3])
        let record = try pair.client.takeOutput()
        try pair.server.take(record)
        try pair.server.take(record)
        #expect(pair.server.recorder.received == [1, 2, 3])
        #expect(pair.server.recorder.failures == [.recordNotAuthentic])
    }

    @Test("RFC 8446 §5.5: keys are changed before the limit, and nothing is lost by it")
    func ownKeyUpdate() throws {
        var settings = TLSSettings()
        settings.recordsPerKey = 3
        let pair = try EmbeddedPair(clientSettings: settings, clientIdentity: TestIdentity.client.tls)
        try pair.handshake()
        var sizes: [Int] = []
        for step in 0..<8 {
            pair.client.send([UInt8(step)])
            let record = try pair.client.takeOutput()
            sizes.append(record.readableBytes)
            try pair.server.take(record)
        }
        #expect(pair.server.recorder.received == [0, 1, 2, 3, 4, 5, 6, 7])
        // The key update travels with the record that made it necessary.
        #expect(sizes.filter { $0 > sizes[0] }.count == 2)
        pair.server.send([9])
        try pair.exchange()
        #expect(pair.client.recorder.received == [9])
    }

    @Test("a handler may answer from within the delivery")
    func reentrant() throws {
        let pair = try EmbeddedPair.established()
        pair.server.recorder.onRead = { $0.writeAndFlush(NIOAny(ByteBuffer(string: "!")), promise: nil) }
        for _ in 0..<3 {
            pair.client.send([1])
            try pair.server.take(pair.client.takeOutput())
        }
        try pair.exchange()
        #expect(pair.client.recorder.received == Array("!!!".utf8))
    }

    @Test("a handler may close from within the delivery; what comes after is not delivered")
    func closeWithinDelivery() throws {
        let pair = try EmbeddedPair.established()
        pair.server.recorder.onRead = { $0.close(promise: nil) }
        pair.client.send(Self.pattern(65_536))
        pair.client.send(Self.pattern(65_536))
        try pair.exchange()
        #expect(pair.server.recorder.deliveries.count == 1)
        #expect(pair.server.recorder.failures.isEmpty)
    }

    @Test("an application that asked for data is served by more reads when only part of a record came")
    func partialRecord() throws {
        let pair = try EmbeddedPair.established()
        pair.client.send([1, 2, 3])
        let record = try pair.client.takeOutput()
        let cut = record.readableBytes / 2
        pair.server.channel.pipeline.read()
        let before = pair.server.transport.reads
        try pair.server.take(#require(record.getSlice(at: 0, length: cut)))
        #expect(pair.server.transport.reads > before)
        try pair.server.take(#require(record.getSlice(at: cut, length: record.readableBytes - cut)))
        #expect(pair.server.recorder.received == [1, 2, 3])
    }
}
