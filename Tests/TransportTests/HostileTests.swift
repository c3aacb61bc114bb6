import NIOCore
import NIOEmbedded
import Testing

@testable import SymbolonTransport

@Suite("What a stranger may send")
struct HostileTests {
    private func server(_ settings: TLSSettings = TLSSettings()) throws -> EmbeddedEnd {
        let pair = try EmbeddedPair(serverSettings: settings, clientIdentity: nil)
        try pair.server.connect()
        return pair.server
    }

    @Test(
        "HTTP without TLS is named",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "POST / HTTP/1.1\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\n\r\n"])
    func plaintextHTTP(request: String) throws {
        let end = try server()
        try end.take(ByteBuffer(string: request))
        #expect(end.recorder.failures == [.plaintextHTTP])
        #expect(!end.channel.isActive)
    }

    @Test(
        "what is no TLS is named",
        arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "EHLO example.org\r\n", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}"])
    func notTLS(bytes: String) throws {
        let end = try server()
        try end.take(ByteBuffer(string: bytes))
        #expect(end.recorder.failures == [.notTLS])
    }

    @Test("T33: every prefix of an honest hello, spoiled at its end, is refused or waited for, and never accepted")
    func spoiledHello() throws {
        let pair = try EmbeddedPair.honest()
        try pair.client.connect()
        let hello = Array(try pair.client.takeOutput().readableBytesView)
        for length in stride(from: 0, to: hello.count, by: 37) {
            let end = try server()
            try end.take(ByteBuffer(bytes: hello[..<length] + [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]))
            #expect(end.recorder.facts.isEmpty)
            #expect(end.recorder.failures.count <= 1)
        }
    }

    @Test("T37: a certificate message of more than 32 KiB is refused by its size, before verification")
    func oversized() throws {
        nonisolated(unsafe) var verified = 0
        let pair = try EmbeddedPair(
            clientIdentity: TestIdentity.oversized.tls,
            serverVerifies: { _ in
                unsafe verified += 1
                return .accepted(0)
            })
        try pair.handshake()
        #expect(pair.server.recorder.failures == [.handshakeTooLarge(limit: 32_768)])
        #expect(unsafe verified == 0)
        #expect(pair.client.recorder.failures == [.peerAlert(.illegalParameter)])
    }

    @Test("T37: a large certificate within the limit is accepted")
    func large() throws {
        let pair = try EmbeddedPair(clientIdentity: TestIdentity.large.tls)
        try pair.handshake()
        #expect(pair.server.recorder.facts.count == 1)
    }

    @Test("T33: a silent peer is gone at the deadline, and not before")
    func silent() throws {
        let end = try server()
        end.channel.embeddedEventLoop.advanceTime(by: .milliseconds(9_999))
        #expect(end.channel.isActive)
        end.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(end.recorder.failures == [.handshakeTimedOut(after: .seconds(10))])
        #expect(!end.channel.isActive)
    }

    @Test("T33: sending a little now and then does not move the deadline")
    func trickle() throws {
        var settings = TLSSettings()
        settings.handshakeDeadline = .seconds(2)
        let end = try server(settings)
        for byte in [0x16, 3, 1, 0x40] as [UInt8] {
            try end.take(ByteBuffer(bytes: [byte]))
            end.channel.embeddedEventLoop.advanceTime(by: .milliseconds(499))
        }
        #expect(end.channel.isActive)
        end.channel.embeddedEventLoop.advanceTime(by: .milliseconds(4))
        #expect(end.recorder.failures == [.handshakeTimedOut(after: .seconds(2))])
    }

    @Test("T33: a peer stalled after any flight is gone at the deadline", arguments: 1...2)
    func stalled(flights: Int) throws {
        let pair = try EmbeddedPair.honest()
        try pair.server.connect()
        try pair.client.connect()
        try pair.server.take(pair.client.takeOutput())
        if flights == 2 {
            try pair.client.take(pair.server.takeOutput())
            let last = try pair.client.takeOutput()
            try pair.server.take(#require(last.getSlice(at: 0, length: last.readableBytes - 1)))
        }
        pair.loop.advanceTime(by: .seconds(10))
        #expect(pair.server.recorder.failures == [.handshakeTimedOut(after: .seconds(10))])
    }

    @Test(
        "an alert in the clear after our flight names the end, however it is cut, and is not answered",
        arguments: [
            (TLSAlert.unknownCA.rawValue, TLSFailure.peerAlert(.unknownCA)),
            (TLSAlert.certificateExpired.rawValue, .peerAlert(.certificateExpired)), (200, .unknownPeerAlert(200)),
        ], [false, true])
    func alertInTheClear(_ alert: (code: UInt8, failure: TLSFailure), inPieces: Bool) throws {
        let pair = try EmbeddedPair.honest()
        try pair.server.connect()
        try pair.client.connect()
        try pair.server.take(pair.client.takeOutput())
        _ = try pair.server.takeOutput()
        // A change_cipher_spec for the eyes of middleboxes, then a fatal alert (RFC 8446 §D.4, §6).
        let bytes: [UInt8] = [20, 3, 3, 0, 1, 1, 21, 3, 3, 0, 2, 2, alert.code]
        for piece in inPieces ? bytes.map({ [$0] }) : [bytes] { try pair.server.take(ByteBuffer(bytes: piece)) }
        #expect(pair.server.recorder.failures == [alert.failure])
        #expect(try pair.server.takeOutput().readableBytes == 0)
        #expect(!pair.server.channel.isActive)
    }

    @Test("what only looks like an alert, in the handshake or after it, is no word of the peer's")
    func noAlertInTheClear() throws {
        let lookAlikes: [[UInt8]] = [
            [21, 3, 3, 0, 3, 2, 48, 48], [22, 3, 3, 0, 2, 2, 48], [21, 3, 3, 0, 2, 3, 48],
            [23, 3, 3, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 21, 3, 3, 0, 2, 2, 48],
        ]
        for bytes in lookAlikes {
            let pair = try EmbeddedPair.honest()
            try pair.server.connect()
            try pair.client.connect()
            try pair.server.take(pair.client.takeOutput())
            try pair.server.take(ByteBuffer(bytes: bytes))
            let failure = try #require(pair.server.recorder.failures.first)
            #expect(![.peerAlert(.unknownCA), .unknownPeerAlert(48)].contains(failure), "\(bytes)")
        }
        let pair = try EmbeddedPair.established()
        try pair.server.take(ByteBuffer(bytes: [21, 3, 3, 0, 2, 2, 48]))
        let failure = try #require(pair.server.recorder.failures.first)
        #expect(failure != .peerAlert(.unknownCA))
    }

    @Test("a finished handshake has no deadline")
    func noDeadlineAfter() throws {
        let pair = try EmbeddedPair.established()
        pair.loop.advanceTime(by: .hours(1))
        pair.client.send([1])
        try pair.exchange()
        #expect(pair.server.recorder.received == [1])
    }

    @Test("bytes of a stranger are escaped and cut")
    func escaping() {
        #expect(TLSFailure.escaped("plain text".utf8) == "plain text")
        #expect(TLSFailure.escaped([0, 10, 27, 34, 92, 127, 255]) == "\\x00\\x0a\\x1b\\x22\\x5c\\x7f\\xff")
        #expect(TLSFailure.escaped([UInt8](repeating: 65, count: 65)) == String(repeating: "A", count: 64) + "…")
    }
}
