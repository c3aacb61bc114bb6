public import NIOCore

/// TLS on one channel: ciphertext on the transport's side, plaintext on the application's, and nothing from one side to
/// the other until the peer is proved.
///
/// Verification is synchronous, on the event loop, by the closure given. Writes made before the handshake is through are
/// held back and sent after it. When it is through, `TLSHandshakeCompleted` is fired; every failure is fired once as a
/// `TLSFailure`, after which the handler closes the channel itself. Back-pressure passes through both ways: `read()` and
/// writability are the transport's, and while nothing is read nothing is decrypted.
///
/// close_notify from the peer is `ChannelEvent.inputClosed` where the channel allows remote half-closure, and ends the
/// connection where it does not. `close(mode: .output)` sends close_notify and ends the transport's output.
public final class TLSHandler: ChannelDuplexHandler {
    public typealias InboundIn = ByteBuffer
    public typealias InboundOut = ByteBuffer
    public typealias OutboundIn = ByteBuffer
    public typealias OutboundOut = ByteBuffer

    /// What an application wants done before the handshake is through.
    private enum Held {
        case write(ByteBuffer, EventLoopPromise<Void>?)
        case closeOutput(EventLoopPromise<Void>?)
    }

    /// 64 KiB: four full records, as much as the channel reads at once.
    private static let largestDelivery = 1 << 16
    /// 256 KiB: more than honest peers have on the way when they are refused; a flood ends the wait for the alert's reading.
    private static let largestDiscard = 1 << 18

    let tlsContext: TLSContext
    private let serverName: String?
    private var verify: ((PresentedPeer) -> PeerVerdict)?
    private(set) var engine: TLSEngine?
    var phase = ConnectionPhase.waiting
    private var held: [Held] = []
    private var flushHeld = false
    /// Completed with what `engine` has gathered for the next flush.
    private var outputPromise: EventLoopPromise<Void>?
    /// The application asked for data and has had none since.
    private var readOwed = false
    private var discarded = 0
    /// A code is being tried on this connection.
    var pairingTry: PairingTry?
    var isGateAsked = false
    var alarm: NIOScheduledCallback?
    /// Of a close that waits for the last bytes to leave.
    var closePromise: EventLoopPromise<Void>?
    /// Kept from `handlerAdded` to `handlerRemoved`, the only time the pipeline calls us.
    var pipelineContext: ChannelHandlerContext?

    /// - Parameters:
    ///   - context: the role, identity and settings; shared by connections.
    ///   - serverName: on a client, the DNS host name to ask for; anything else (an address, `nil`) is not sent. Not used on a server.
    ///   - verify: judges the peer's certificates. It is called at most once, and released with the handshake.
    public init(
        context: TLSContext, serverName: String?, verify: @escaping (PresentedPeer) -> PeerVerdict
    ) {
        tlsContext = context
        self.serverName = serverName
        self.verify = verify
    }

    /// Keying material that both ends share and nobody else knows (RFC 8446 §7.5), `length` bytes of it.
    ///
    /// `EXPORTER-Channel-Binding` with 32 bytes is the channel binding `tls-exporter` (RFC 9266). Throws `notOpen` before the
    /// handshake is through, and after the end. On the event loop only.
    public func exporter(label: String, length: Int) throws(TLSFailure) -> [UInt8] {
        switch phase {
        case .open, .peerFinished, .weFinished: break
        case .waiting, .handshaking, .lingering, .closing, .closed: throw .notOpen
        }
        // 8,160: RFC 5869 §2.3 yields at most 255 blocks, and SHA-256 has the smallest.
        guard let engine, (1...8_160).contains(length) else { throw .notOpen }
        return try engine.exporter(label: label, length: length)
    }

    /// On a client, what the server has asked for, also where the handshake failed afterwards. On the event loop only.
    public var certificateRequest: CertificateRequest? { engine?.certificateRequest }

    /// On a client, the application protocol that the server has taken, also where the handshake failed afterwards. On the
    /// event loop only.
    package var agreedProtocol: String? { engine?.alpn }

    // MARK: Life in the pipeline

    public func handlerAdded(context: ChannelHandlerContext) {
        pipelineContext = context
        if context.channel.isActive { begin(context) }
    }

    public func handlerRemoved(context: ChannelHandlerContext) {
        cancelAlarm()
        failHeld()
        endPairingTry(pairingTry?.failure ?? .peerClosedDuringHandshake)
        verify = nil
        pipelineContext = nil
    }

    public func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    public func channelInactive(context: ChannelHandlerContext) {
        let action = phase.apply(.gone)
        cancelAlarm()
        failHeld()
        closePromise?.succeed(())
        closePromise = nil
        switch action {
        case .reportHandshakeCut: context.fireErrorCaught(TLSFailure.peerClosedDuringHandshake)
        case .reportTruncation: context.fireErrorCaught(TLSFailure.truncated)
        default: break
        }
        context.fireChannelInactive()
    }

    public func errorCaught(context: ChannelHandlerContext, error: any Error) {
        _ = phase.apply(.transportFailed)
        context.fireErrorCaught(error)
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard phase.apply(.connected) == .startHandshake, let verify else { return }
        do throws(TLSFailure) {
            engine = try TLSEngine(context: tlsContext, serverName: serverName, verify: verify)
        } catch {
            return fail(error, context)
        }
        self.verify = nil
        setAlarm(in: tlsContext.settings.handshakeDeadline, context)
        if !tlsContext.isServer { advanceHandshake(context) }
        context.read()
    }

    // MARK: From the peer

    public func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard phase.reads, let engine else { return discard(bytes.readableBytes, context) }
        engine.feed(bytes)
        if phase == .handshaking { advanceHandshake(context) }
        if phase.delivers { deliver(engine, context) }
    }

    public func channelReadComplete(context: ChannelHandlerContext) {
        switch phase {
        case .handshaking, .lingering:
            context.read()
        case .open, .weFinished:
            // A read that brought only part of a record, or a key update, has not answered the application's wish.
            if readOwed { context.read() }
        case .waiting, .peerFinished, .closing, .closed:
            break
        }
        context.fireChannelReadComplete()
    }

    public func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        // The transport's end of input was announced with close_notify already, or is a failure.
        switch phase.apply(.inputEnded) {
        case .reportHandshakeCut: report(.peerClosedDuringHandshake, context)
        case .reportTruncation: report(.truncated, context)
        case .close: closeTransport(context)
        default: break
        }
    }

    private func report(_ failure: TLSFailure, _ context: ChannelHandlerContext) {
        cancelAlarm()
        failHeld()
        context.fireErrorCaught(failure)
        closeTransport(context)
    }

    func advanceHandshake(_ context: ChannelHandlerContext) {
        guard let engine else { return }
        switch engine.handshake() {
        case .needsInput:
            guard engine.hasOutput else { return }
            emit(context)
            context.flush()
        case .needsRecord(let number):
            askGate(number, context)
        case .failed(let failure):
            fail(failure, context)
        case .done:
            guard let facts = engine.facts(), phase.apply(.proved) == .announce else { return }
            cancelAlarm()
            endPairingTry(nil)
            releaseHeld(context)
            emit(context)
            context.flush()
            context.fireUserInboundEventTriggered(TLSHandshakeCompleted(facts: facts))
        }
    }

    /// Decrypts what has arrived and passes it on, in order, even when a handler reads or writes meanwhile.
    private func deliver(_ engine: TLSEngine, _ context: ChannelHandlerContext) {
        while phase.delivers {
            // 64: the smallest buffer worth asking for, when a record's last byte comes alone.
            let wanted = min(max(engine.inputCount + engine.pendingCount, 64), Self.largestDelivery)
            var plaintext = context.channel.allocator.buffer(capacity: wanted)
            let outcome = engine.read(into: &plaintext)
            if !engine.hasInput { engine.releaseInput() }
            if plaintext.readableBytes > 0 {
                readOwed = false
                context.fireChannelRead(wrapInboundOut(plaintext))
            }
            switch outcome {
            case .bytes:
                continue
            case .needsInput:
                return
            case .closeNotify:
                return peerFinished(context)
            case .failed(let failure):
                return fail(failure, context)
            }
        }
    }

    private func discard(_ count: Int, _ context: ChannelHandlerContext) {
        guard phase == .lingering else { return }
        discarded += count
        if discarded > Self.largestDiscard { closeTransport(context) }
    }

    // MARK: To the peer

    public func read(context: ChannelHandlerContext) {
        readOwed = true
        context.read()
    }

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        if phase.sends {
            seal(bytes, promise, context)
        } else if phase.holdsWrites {
            held.append(.write(bytes, promise))
        } else {
            promise?.fail(phase == .closed ? ChannelError.ioOnClosedChannel : ChannelError.outputClosed)
        }
    }

    public func flush(context: ChannelHandlerContext) {
        if phase.holdsWrites {
            flushHeld = true
            return
        }
        emit(context)
        context.flush()
    }

    private func seal(_ bytes: ByteBuffer, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        guard let engine else { return }
        // Moving sealed records to a larger buffer would cost more than giving the transport two.
        if engine.hasOutput, !engine.outputFits(bytes.readableBytes) { emit(context) }
        if !engine.hasOutput { engine.reserveOutput(for: bytes.readableBytes, from: context.channel.allocator) }
        if let failure = engine.write(bytes) {
            promise?.fail(failure)
            return fail(failure, context)
        }
        guard let promise else { return }
        if let outputPromise {
            outputPromise.futureResult.cascade(to: promise)
        } else {
            outputPromise = promise
        }
    }

    /// Hands the transport what has been sealed; the flush is the caller's.
    func emit(_ context: ChannelHandlerContext, promise: EventLoopPromise<Void>? = nil) {
        if let promise, let outputPromise { promise.futureResult.cascade(to: outputPromise) }
        let completion = promise ?? outputPromise
        outputPromise = nil
        guard let engine, engine.hasOutput else {
            completion?.succeed(())
            return
        }
        context.write(wrapOutboundOut(engine.takeOutput()), promise: completion)
    }

    // MARK: Held back

    func hold(closeOutput promise: EventLoopPromise<Void>?) { held.append(.closeOutput(promise)) }

    private func releaseHeld(_ context: ChannelHandlerContext) {
        let released = held
        held = []
        for item in released {
            switch item {
            case .write(let bytes, let promise): write(context: context, data: NIOAny(bytes), promise: promise)
            case .closeOutput(let promise): close(context: context, mode: .output, promise: promise)
            }
        }
    }

    func failHeld() {
        let failed = held
        held = []
        for item in failed {
            switch item {
            case .write(_, let promise), .closeOutput(let promise): promise?.fail(ChannelError.ioOnClosedChannel)
            }
        }
        if let promise = outputPromise {
            outputPromise = nil
            promise.fail(ChannelError.ioOnClosedChannel)
        }
    }
}
