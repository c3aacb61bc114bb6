internal import NIOCore
internal import SymbolonTransport

/// One leg of a connection: it passes what its stream receives to its partner on the same event loop.
///
/// Back-pressure is `wantsInput`: while the partner cannot take more, this leg does not ask its socket for more. Confined to its
/// event loop.
final class SpliceLeg: StreamOwner {
    /// Where the bytes that this leg reads go.
    private enum Flow {
        /// The other leg is not there yet, or not proved: nothing is read, what came with the handshake is kept.
        case waiting
        case spliced(SpliceLeg)
        case over
    }

    let side: Side
    /// TLS runs in this leg's stream.
    let isSecure: Bool
    /// Set while there is somebody to report to; the cycle ends with the stream.
    private var connection: StreamConnection?
    private var flow = Flow.waiting
    private var stream: Stream?
    private var kept: [ByteBuffer] = []
    /// The clean end of the input, seen before there was a partner to tell.
    private(set) var hasInputEnded = false
    /// All that was owed to this leg's peer is written and its output is closed.
    private var isSettled = false
    /// Bytes read from this leg's peer.
    private(set) var received: UInt64 = 0
    private(set) var remoteAddress: SocketAddress?
    private(set) lazy var localAddress = stream?.localAddress

    init(_ side: Side, secure: Bool) {
        self.side = side
        self.isSecure = secure
    }

    // MARK: What the connection asks

    func report(to connection: StreamConnection) {
        self.connection = connection
    }

    /// From here on the socket is this leg's.
    func take(_ socket: ConnectedSocket, on loop: StreamLoop, tls: Stream.TLS?) {
        remoteAddress = socket.remoteAddress
        let stream = Stream(socket, on: loop, owner: self, tls: tls)
        self.stream = stream
        stream.start()
    }

    /// Begins to pass bytes to `partner`, first those kept.
    func splice(to partner: SpliceLeg) {
        flow = .spliced(partner)
        for buffer in kept { partner.write(buffer) }
        kept = []
        stream?.wantsInput = partner.isWritable
    }

    /// Every byte that leaves for this leg's peer leaves here.
    func write(_ bytes: ByteBuffer) {
        connection?.willDeliver(bytes.readableBytes)
        stream?.write(bytes)
    }

    /// Writes out what is buffered for this leg's peer, however slowly that reads, then ends the output: FIN, or close_notify and
    /// FIN.
    func endOutput() { stream?.endOutput() }

    /// Closes so that the peer sees a break: TCP reset (RFC 9293 §3.10.7), and on a TLS leg no close_notify before it.
    func reset() {
        letGo()
        stream?.reset()
    }

    /// The same of this end's own will: a TLS leg tells its peer why first. Where bytes for the peer still wait here they are
    /// not sent to it any more, so that there is nothing to say the alert after: then it is a reset. Returns whether the alert
    /// was said.
    func cut(saying alert: TLSAlert) -> Bool {
        letGo()
        guard isSecure, !isSettled, stream?.abandon(saying: alert) == true else {
            stream?.reset()
            return false
        }
        return true
    }

    /// Closes in order: a TLS leg says close_notify first, or finishes saying its alert.
    func close() {
        letGo()
        stream?.close()
    }

    private func letGo() {
        flow = .over
        connection = nil
        kept = []
    }

    private var isWritable: Bool { stream?.isWritable ?? false }

    // MARK: What the stream tells

    func streamProved(_ facts: SessionFacts) { connection?.handshakeCompleted(facts) }

    func streamReceived(_ bytes: ByteBuffer) {
        received &+= UInt64(bytes.readableBytes)
        switch flow {
        case .spliced(let partner):
            partner.write(bytes)
            if !partner.isWritable { stream?.wantsInput = false }
        case .waiting: kept.append(ByteBuffer(bytes: bytes.readableBytesView))
        case .over: break
        }
    }

    func streamInputEnded() {
        hasInputEnded = true
        connection?.inputEnded(side)
    }

    func streamBecameWritable() {
        if case .spliced(let partner) = flow { partner.stream?.wantsInput = true }
    }

    func streamOutputEnded() { isSettled = true }

    func streamFailed(_ error: any Error) {
        isSettled = false
        connection?.legBroke(side, error)
    }

    func streamClosed() {
        let connection = connection
        letGo()
        stream = nil
        connection?.legGone(side, settled: isSettled)
    }
}
