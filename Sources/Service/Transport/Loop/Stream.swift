internal import Glibc
package import NIOCore

/// One connected stream socket on its loop, plain or with TLS in it; nothing of it allocates for a chunk that passes.
///
/// What arrives is given to the owner while `wantsInput` holds, and while it does not the kernel holds the peer back. What is
/// written goes to the kernel at once; what that does not take waits, and `isWritable` says when that is much. With TLS, no
/// byte goes to the owner, and none of the owner's to the peer, before `streamProved`. Verification is synchronous.
///
/// It reports its end once, by `streamClosed`. Confined to its loop.
package final class Stream: Watched {
    /// What is to happen when what waits to be sent has left.
    enum Output {
        case open
        /// The owner has no more to send: say so.
        case ending
        /// close_notify is said: end the transport's output.
        case finishing
        /// Close; at the closing deadline at the latest.
        case closing
        /// The transport's output has ended.
        case ended
    }

    /// As many receptions as one turn has: others wait.
    private static let receptions = 4
    /// As much may wait to be sent until `isWritable` ends, and so much is little again.
    private static let (high, low) = (1 << 16, 1 << 15)
    /// So little is copied rather than that the loop goes without its buffer.
    private static let smallRest = 1 << 14

    package let loop: StreamLoop
    package let remoteAddress: SocketAddress?
    package var owner: (any StreamOwner)?
    let number: CInt
    private var descriptor: Descriptor?
    private var key: UInt64?
    /// A reception that does not fill its buffer has emptied the socket (epoll(7), question 9). Not so with Unix domain
    /// sockets, which give no more than one write's bytes where writers differ.
    private let emptiesWhenShort: Bool

    /// The kernel may have something that was not received.
    private var isReadable = false
    /// That includes the end.
    private var hasEnd = false
    /// There is an error behind it: what came before it is received whatever the owner wants.
    private var isFinal = false
    private(set) var isInputEnded = false
    private var isWaiting = false

    var output = Output.open
    private var queue: [ByteBuffer] = []
    private var queuedCount = 0
    /// The last in the queue is no loop's buffer.
    private var isLastOwn = false
    private var isToldOfRoom: Bool
    package private(set) var isWritable = true
    /// Nothing can be sent any more; dealt with when all others had their turn.
    private var broken: CInt?

    let tlsContext: TLSContext?
    let serverName: String?
    var verify: ((PresentedPeer) -> PeerVerdict)?
    var engine: TLSEngine?
    /// Of a stream with TLS.
    var phase = ConnectionPhase.waiting
    var discarded = 0

    package init(_ socket: ConnectedSocket, on loop: StreamLoop, owner: any StreamOwner, tls: TLS? = nil) {
        self.loop = loop
        self.owner = owner
        descriptor = socket.descriptor
        number = socket.descriptor.number
        remoteAddress = socket.remoteAddress
        key = socket.key
        isToldOfRoom = socket.key != nil
        switch socket.remoteAddress {
        case .v4, .v6: emptiesWhenShort = true
        case .unixDomainSocket, nil: emptiesWhenShort = false
        }
        tlsContext = tls?.context
        serverName = tls?.serverName
        verify = tls?.verify
        note(socket.readiness)
    }

    package struct TLS {
        let context: TLSContext
        let serverName: String?
        let verify: (PresentedPeer) -> PeerVerdict

        /// As `TLSHandler.init`; a pairing gate is not asked here.
        package init(context: TLSContext, serverName: String?, verify: @escaping (PresentedPeer) -> PeerVerdict) {
            self.context = context
            self.serverName = serverName
            self.verify = verify
        }
    }

    package var localAddress: SocketAddress? { isOpen ? SystemSocket.localAddress(of: number) : nil }
    package var isSecure: Bool { tlsContext != nil }
    /// Bytes for the peer that the kernel has not taken.
    package var hasQueue: Bool { queuedCount > 0 }
    var isOpen: Bool { descriptor != nil }

    /// The owner wants what arrives.
    package var wantsInput = false {
        didSet { if wantsInput, !oldValue, isReadable { goOnLater() } }
    }

    /// From here on the loop watches it, and with TLS the handshake runs.
    package func start() {
        if let key {
            loop.hand(key, to: self)
        } else {
            key = loop.watch(number, for: [.input, .inputEnd, .edge], self)
        }
        guard key != nil else { return transportFailed(ENOSPC) }
        if isSecure { beginHandshake() }
        // The dial was told of it, and nobody will be again.
        if isReadable { goOnLater() }
    }

    // MARK: From the loop

    func ready(_ readiness: Readiness) {
        if readiness.contains(.output), !queue.isEmpty { flush() }
        note(readiness)
        receive()
    }

    private func note(_ readiness: Readiness) {
        if readiness.contains(.error) { isFinal = true }
        if !readiness.isDisjoint(with: [.inputEnd, .hangUp, .error]) { hasEnd = true }
        if !readiness.isDisjoint(with: [.input, .inputEnd, .hangUp, .error]) { isReadable = true }
    }

    /// Its turn has come again.
    func goOn() {
        isWaiting = false
        guard let code = broken else { return receive() }
        // The peer's last words, an alert perhaps, say more than that it cannot be written to.
        isFinal = true
        isReadable = true
        receive()
        if isOpen, !isWaiting { transportFailed(code) }
    }

    func goOnLater() {
        guard isOpen, !isWaiting else { return }
        isWaiting = true
        loop.goOnLater(self)
    }

    func rang() {
        if phase == .handshaking, let tlsContext {
            fail(.handshakeTimedOut(after: tlsContext.settings.handshakeDeadline))
        } else {
            closeTransport()
        }
    }

    func loopEnds() { closeTransport() }

    // MARK: Input

    private var receives: Bool {
        guard isOpen, !isInputEnded else { return false }
        guard isSecure else { return (wantsInput || isFinal) && output != .closing }
        switch phase {
        case .handshaking, .lingering: return true
        case .open, .weFinished, .peerFinished: return wantsInput || isFinal
        case .waiting, .closing, .closed: return false
        }
    }

    private func receive() {
        var receptions = Self.receptions
        while isReadable, receives {
            guard receptions > 0 else { return goOnLater() }
            receptions -= 1
            receiveOnce()
        }
        guard isFinal, isOpen, !isReadable || isInputEnded, broken == nil else { return }
        // The end came before the error, which only this question tells of.
        let code = SystemSocket.takeError(number)
        if code != 0 { transportFailed(code) } else { isFinal = false }
    }

    private func receiveOnce() {
        let limit = isSecure ? StreamLoop.bufferSize : StreamLoop.largestPlain
        switch SystemSocket.receive(from: number, into: &loop.inbound, atMost: limit) {
        case .count(0):
            isReadable = false
            inputEnded()
        case .count(let count):
            if count < limit, !hasEnd, emptiesWhenShort { isReadable = false }
            if isSecure { receivedRecords(loop.inbound) } else { owner?.streamReceived(loop.inbound) }
        case .blocked:
            isReadable = false
        case .failed(let code):
            isReadable = false
            transportFailed(code)
        }
    }

    /// The transport's input ended (a FIN).
    private func inputEnded() {
        isInputEnded = true
        guard !isSecure else { return recordsEnded() }
        owner?.streamInputEnded()
        if output == .ended { closeTransport() }
    }

    // MARK: Output

    /// Sends `bytes`, or keeps what the kernel does not take. Nothing is sent after `endOutput`, and with TLS none before it
    /// is through.
    package func write(_ bytes: ByteBuffer) {
        guard isOpen, output == .open else { return }
        if isSecure { seal(bytes) } else { send(bytes) }
    }

    /// Hands `bytes` to the kernel, or queues them behind what it has not taken yet.
    func send(_ bytes: ByteBuffer) {
        guard isOpen, broken == nil, bytes.readableBytes > 0 else { return }
        var rest = bytes
        if queue.isEmpty {
            switch SystemSocket.send(bytes, to: number) {
            case .count(bytes.readableBytes): return
            case .count(let count): rest.moveReaderIndex(forwardBy: count)
            case .blocked: break
            case .failed(let code): return breakOff(code)
            }
        }
        keep(rest)
        askForRoom()
    }

    private func keep(_ rest: ByteBuffer) {
        let count = rest.readableBytes
        queuedCount += count
        if queuedCount > Self.high { isWritable = false }
        if count > Self.smallRest {
            queue.append(rest)
            isLastOwn = false
        } else if isLastOwn, let last = queue.indices.last, queue[last].writableBytes >= count {
            queue[last].writeImmutableBuffer(rest)
        } else {
            var own = ByteBuffer()
            own.reserveCapacity(max(count, 4096))
            own.writeImmutableBuffer(rest)
            queue.append(own)
            isLastOwn = true
        }
    }

    /// Most sockets never fill, and are never told of room.
    private func askForRoom() {
        guard !isToldOfRoom, let key else { return }
        isToldOfRoom = true
        if !loop.watch(key, for: [.input, .output, .inputEnd, .edge]) { breakOff(ENOSPC) }
    }

    private func flush() {
        while isOpen, broken == nil, let first = queue.first {
            let result = SystemSocket.send(first, to: number)
            if case .failed(let code) = result { return breakOff(code) }
            guard case .count(let count) = result else { break }
            queuedCount -= count
            guard count == first.readableBytes else {
                queue[0].moveReaderIndex(forwardBy: count)
                break
            }
            queue.removeFirst()
        }
        if !isWritable, queuedCount < Self.low {
            isWritable = true
            owner?.streamBecameWritable()
        }
        if queue.isEmpty { outputLeft() }
    }

    private func breakOff(_ code: CInt) {
        broken = code
        queue = []
        queuedCount = 0
        goOnLater()
    }

    /// All that waited has been sent.
    func outputLeft() {
        guard isOpen, broken == nil, queue.isEmpty else { return }
        switch output {
        case .open, .ended: break
        case .ending: if isSecure { sayCloseNotify() } else { endTransportOutput() }
        case .finishing: endTransportOutput()
        case .closing: closeTransport()
        }
    }

    private func endTransportOutput() {
        output = .ended
        // Closing ends both at once.
        guard !isInputEnded || isSecure else {
            owner?.streamOutputEnded()
            return closeTransport()
        }
        _ = shutdown(number, CInt(SHUT_WR))
        if phase != .lingering { owner?.streamOutputEnded() }
    }

    // MARK: The transport's end

    func setAlarm(in delay: TimeAmount) { if let key { loop.setAlarm(key, in: delay) } }
    func clearAlarm() { if let key { loop.clearAlarm(key) } }

    /// Ends the connection at once, so that the peer sees a break: a reset, and with TLS no close_notify before it.
    package func reset() {
        guard isOpen else { return }
        SystemSocket.closesWithReset(number)
        closeTransport()
    }

    /// Closes once what was written has left, or at the closing deadline.
    func closeAfterOutput() {
        guard !queue.isEmpty, broken == nil, let tlsContext else { return closeTransport() }
        output = .closing
        setAlarm(in: tlsContext.settings.closingDeadline)
    }

    private func transportFailed(_ code: CInt) {
        guard isOpen else { return }
        // Whoever reads an alert of ours and resets has been told of already.
        let isTold = phase == .lingering
        _ = phase.apply(.transportFailed)
        if !isTold { owner?.streamFailed(StreamFailure.system(code)) }
        closeTransport()
    }

    func closeTransport() {
        guard isOpen else { return }
        if let key { loop.forget(key) }
        key = nil
        descriptor = nil
        queue = []
        queuedCount = 0
        let owner = owner
        self.owner = nil
        if isSecure { transportGone(telling: owner) }
        verify = nil
        engine = nil
        owner?.streamClosed()
    }
}
