import NIOCore
import NIOEmbedded
import Testing

@testable import SymbolonTransport

@Suite("RFC 8446 §6: what one end says when it gives up, the other hears")
struct AlertTests {
    static let refusals = TLSAlert.allCases.filter { $0 != .closeNotify }

    @Test("a server's refusal reaches the client with its own alert", arguments: refusals)
    func fromServer(alert: TLSAlert) throws {
        let pair = try EmbeddedPair(clientIdentity: TestIdentity.client.tls, serverVerifies: { _ in .refused(alert) })
        try pair.handshake()
        #expect(pair.server.recorder.failures == [.peerRefused(alert)])
        #expect(pair.server.recorder.facts.isEmpty)
        #expect(pair.client.recorder.failures == [.peerAlert(alert)])
    }

    @Test("a client's refusal reaches the server with its own alert", arguments: refusals)
    func fromClient(alert: TLSAlert) throws {
        let pair = try EmbeddedPair(clientIdentity: TestIdentity.client.tls, clientVerifies: { _ in .refused(alert) })
        try pair.handshake()
        #expect(pair.client.recorder.failures == [.peerRefused(alert)])
        #expect(pair.server.recorder.failures == [.peerAlert(alert)])
        #expect(pair.server.recorder.facts.isEmpty)
        #expect(pair.client.recorder.facts.isEmpty)
    }

    /// There is no mode in which a pin stands in the place of a verdict: a pin is a verdict like any other.
    @Test(
        "T38: who verifies by a pin has no connection where the key is another, in either role, whatever is done with it",
        arguments: [true, false], [true, false])
    func pinned(isServer: Bool, isRight: Bool) throws {
        let (own, other) = (isServer ? TestIdentity.client : .server, TestIdentity.ed25519)
        let pin = isRight ? own.chain : other.chain
        let verify: (PresentedPeer) -> PeerVerdict = { peer in
            peer.chain.first == pin.first ? .accepted("pinned") : .refused(.badCertificate)
        }
        let pair =
            isServer
            ? try EmbeddedPair(clientIdentity: TestIdentity.client.tls, serverVerifies: verify)
            : try EmbeddedPair(clientIdentity: TestIdentity.client.tls, clientVerifies: verify)
        let (mine, theirs) = isServer ? (pair.server, pair.client) : (pair.client, pair.server)
        mine.send(Array("mine".utf8))
        theirs.send(Array("theirs".utf8))
        try pair.handshake()
        // Whoever takes no notice of the refusal goes on writing.
        mine.send(Array(" more".utf8))
        #expect(mine.recorder.facts.map { $0.verified as? String } == (isRight ? ["pinned"] : []))
        #expect(mine.recorder.failures == (isRight ? [] : [.peerRefused(.badCertificate)]))
        #expect(mine.recorder.received == (isRight ? Array("theirs".utf8) : []))
        #expect(theirs.recorder.received == (isRight ? Array("mine".utf8) : []))
        if isRight {
            #expect(try mine.tls.exporter(label: "EXPORTER-Channel-Binding", length: 32).count == 32)
        } else {
            #expect(throws: TLSFailure.notOpen) {
                try mine.tls.exporter(label: "EXPORTER-Channel-Binding", length: 32)
            }
        }
    }

    @Test("a refusal cannot be dressed as an orderly end")
    func closeNotifyIsNoRefusal() throws {
        let pair = try EmbeddedPair(
            clientIdentity: TestIdentity.client.tls, serverVerifies: { _ in .refused(.closeNotify) })
        try pair.handshake()
        #expect(pair.server.recorder.failures == [.peerRefused(.certificateUnknown)])
        #expect(pair.client.recorder.failures == [.peerAlert(.certificateUnknown)])
    }

    @Test("after a refusal the transport's output ends, what comes in is thrown away, and the deadline closes it")
    func lingering() throws {
        let pair = try EmbeddedPair(
            clientIdentity: TestIdentity.client.tls, serverVerifies: { _ in .refused(.accessDenied) })
        pair.client.send([1, 2, 3])
        try pair.server.connect()
        try pair.client.connect()
        try pair.server.take(pair.client.takeOutput())
        try pair.client.take(pair.server.takeOutput())
        try pair.server.take(pair.client.takeOutput())
        #expect(pair.server.transport.outputCloses == 1)
        #expect(pair.server.channel.isActive)
        try pair.server.take(ByteBuffer(repeating: 0xFF, count: 1_000))
        #expect(pair.server.recorder.received.isEmpty)
        #expect(pair.server.recorder.failures == [.peerRefused(.accessDenied)])
        pair.loop.advanceTime(by: .milliseconds(499))
        #expect(pair.server.channel.isActive)
        pair.loop.advanceTime(by: .milliseconds(1))
        #expect(!pair.server.channel.isActive)
    }

    @Test("a flood after a refusal ends the wait")
    func flood() throws {
        let pair = try EmbeddedPair(
            clientIdentity: TestIdentity.client.tls, serverVerifies: { _ in .refused(.accessDenied) })
        try pair.handshake()
        try pair.server.take(ByteBuffer(repeating: 0xFF, count: 1 << 18))
        #expect(pair.server.channel.isActive)
        try pair.server.take(ByteBuffer(bytes: [0xFF]))
        #expect(!pair.server.channel.isActive)
    }

    @Test("alerts have their registry names")
    func names() {
        #expect(TLSAlert.unknownCA.description == "unknown_ca")
        #expect(TLSAlert(rawValue: 44) == .certificateRevoked)
        #expect(Set(TLSAlert.allCases.map(\.description)).count == TLSAlert.allCases.count)
    }
}
