internal import NIOCore
internal import SymbolonTransport

/// A connection whose bytes are spliced through, whatever they are.
///
///     apart ──both legs are there──▶ joined
///
/// No leg gets a byte of the other before `joined`, which is never before the peer is admitted; at a service the backend is not
/// even connected before that. How each role opens its legs is in `StreamConnection+Protect.swift` and `StreamConnection+Reach.swift`.
final class StreamConnection: Connection {
    let loop: StreamLoop
    let target: StreamTarget
    let front: SpliceLeg
    private var back: SpliceLeg?
    private var machine = SpliceMachine()
    private var isJoined = false
    private var cause: Ending?

    init(_ id: UInt64, from origin: SocketAddress?, in share: LoopShare, to target: StreamTarget) {
        self.target = target
        loop = target.loop
        front = SpliceLeg(.front, secure: share.plan.role == .protect)
        super.init(id, from: origin, in: share)
        front.report(to: self)
    }

    /// The leg on which the peer proves itself.
    private var secureSide: Side { share.plan.role == .protect ? .front : .back }
    private var secureLeg: SpliceLeg? { share.plan.role == .protect ? front : back }
    private var plainLeg: SpliceLeg? { share.plan.role == .protect ? back : front }

    override var bytesUp: UInt64 { front.received }
    override var bytesDown: UInt64 { back?.received ?? 0 }
    override var peerAddress: SocketAddress? { secureLeg?.remoteAddress }
    override var ownAddress: SocketAddress? { secureLeg?.localAddress }

    /// Takes the accepted socket.
    func open(_ socket: ConnectedSocket) {
        switch share.plan.role {
        case .protect: protect(socket)
        case .reach: reach(socket)
        }
    }

    override func begin(_ session: SessionFacts) {
        switch share.plan.role {
        case .protect: connectBackend()
        case .reach: join()
        }
    }

    // MARK: Bytes

    /// Both legs are there and the peer is proved: bytes flow from here on, first those that came early.
    func join() {
        guard !isJoined, facts != nil, let back else { return }
        isJoined = true
        front.splice(to: back)
        back.splice(to: front)
        if front.hasInputEnded { apply(.inputEnded(.front)) }
        if back.hasInputEnded { apply(.inputEnded(.back)) }
    }

    /// Counts what is written to either leg while the peer is not proved. There is no way here before `join`; the count
    /// is what shows it.
    func willDeliver(_ bytes: Int) {
        if isProving { share.counters.backendBytesBeforeProof &+= UInt64(bytes) }
    }

    // MARK: The target

    /// The target answered, or did not. The peer may be gone by now; then the socket is let go without a byte.
    func open(_ answer: Dial.Answer, tls: Stream.TLS?, then greet: (SpliceLeg) -> Void) {
        switch answer {
        case .failure(let failure): targetFailed(failure)
        case .success(let socket):
            guard !isClosed else { return socket.drop(from: loop) }
            let leg = SpliceLeg(.back, secure: secureSide == .back)
            leg.report(to: self)
            back = leg
            trace?.connected()
            leg.take(socket, on: loop, tls: tls)
            greet(leg)
            join()
        }
    }

    // MARK: What the legs report

    func inputEnded(_ side: Side) {
        if isJoined { apply(.inputEnded(side)) }
    }

    func legBroke(_ side: Side, _ error: any Error) {
        if isProving {
            refuse(side == secureSide ? verdict ?? .init(handshake: error) : .lost(text(of: error)), isAlertSent: true)
        } else if isJoined {
            cause = ending(of: side, error)
            apply(.broken(side))
        } else {
            end(ending(of: side, error))
        }
    }

    func legGone(_ side: Side, settled: Bool) {
        if isProving {
            refuse(verdict ?? .lost("it was closed"), isAlertSent: verdict != nil)
        } else if isJoined {
            apply(.gone(side, settled: settled))
        } else {
            end(.broken(side, "it closed before the backend answered"))
        }
    }

    private func apply(_ event: SpliceMachine.Event) {
        guard !isClosed else { return }
        switch machine.apply(event) {
        case .none: break
        case .endOutput(.front): front.endOutput()
        case .endOutput(.back): back?.endOutput()
        case .reset(let side):
            // The leg that broke closes by itself, when its alert is out if it had one to send.
            if side == .front { back?.close() } else { front.close() }
            end(cause ?? .broken(side.other, "it closed with its stream unfinished"))
        case .finished: conclude(.finished)
        }
    }

    // MARK: Ends

    override func dismiss(isAlertSent: Bool) {
        if isAlertSent { secureLeg?.close() } else { secureLeg?.reset() }
        plainLeg?.reset()
    }

    override func cut(saying alert: TLSAlert?) -> TLSAlert? {
        if let alert, secureLeg?.cut(saying: alert) == true { return alert }
        secureLeg?.reset()
        return nil
    }

    override func release() { plainLeg?.reset() }

    /// The target could not be reached: the local client of a door sees a reset, the proved peer of a service an orderly
    /// close, for nothing of a stream was cut.
    func targetFailed(_ error: any Error) {
        let explanation = "cannot connect to \(share.plan.target): \(text(of: error))"
        if isProving {
            abandon(explanation)
            front.reset()
        } else if !isJoined, !isClosed {
            share.targetFailed(self, explanation)
            front.close()
            conclude(.unreachable(explanation))
        }
    }

    private func ending(of side: Side, _ error: any Error) -> Ending {
        if case TLSFailure.peerAlert(let alert) = error { return .alert(alert) }
        return .broken(side, text(of: error))
    }
}
