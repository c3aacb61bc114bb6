internal import Foundation
internal import NIOCore
internal import SymbolonAccessPolicy
internal import SymbolonCertificates
internal import SymbolonTransport
internal import SymbolonVerification

/// One connection through an end, from accept to its last byte. Confined to its event loop.
///
///     proving ──proved──▶ joining ──both legs are there──▶ joined ──▶ closed
///        └────refused────────┴─────────────ended─────────────┴──────▶ closed
///
/// No leg gets a byte of the other before `joined`; at a service the backend is not even connected before `joining`.
/// How each role opens its legs is in `Connection+Protect.swift` and `Connection+Reach.swift`.
final class Connection {
    private enum Phase {
        case proving
        case joining(Admitted)
        case joined(Admitted)
        case closed
    }

    /// What is known once the peer may pass.
    private final class Admitted {
        var proof: Proof
        let facts: ConnectionFacts
        /// By the clock that nobody sets.
        let since: Duration

        init(_ proof: Proof, _ facts: ConnectionFacts, since: Duration) {
            self.proof = proof
            self.facts = facts
            self.since = since
        }
    }

    let id: UInt64
    let share: LoopShare
    /// Of whoever opened the connection: a stranger at a service, a local client at a door.
    let origin: SocketAddress?
    let arrived = NIODeadline.now()
    let front: SpliceLeg
    private var back: SpliceLeg?
    private var phase = Phase.proving
    private var machine = SpliceMachine()
    /// What our own verifier said, until the handshake has told the peer.
    private var verdict: RefusalCause?
    /// What the peer has shown, until it has proved that it holds the key.
    private(set) var presented: PresentedPeer?
    private var cause: Ending?
    /// It has its place among those that rules count.
    var isCounted = false

    init(_ id: UInt64, from origin: SocketAddress?, in share: LoopShare) {
        self.id = id
        self.share = share
        self.origin = origin
        front = SpliceLeg(.front, secure: share.plan.role == .protect)
        front.report(to: self)
    }

    private var isClosed: Bool { if case .closed = phase { true } else { false } }
    private var isProving: Bool { if case .proving = phase { true } else { false } }

    private var admitted: Admitted? {
        switch phase {
        case .joining(let admitted), .joined(let admitted): admitted
        case .proving, .closed: nil
        }
    }

    /// The leg on which the peer proves itself.
    private var secureSide: Side { share.plan.role == .protect ? .front : .back }
    private var secureLeg: SpliceLeg? { share.plan.role == .protect ? front : back }
    private var plainLeg: SpliceLeg? { share.plan.role == .protect ? back : front }

    var bytesUp: UInt64 { front.received }
    var bytesDown: UInt64 { back?.received ?? 0 }
    var peerSerial: SerialNumber? { admitted?.proof.peer.path.leaf.serialNumber }
    var peer: PeerIdentity? { admitted?.proof.peer.identity }
    var peerAddress: SocketAddress? { secureLeg?.remoteAddress }
    var flow: Flow { Flow(at: share.plan.role, peer: peerAddress, own: secureLeg?.localAddress) }

    /// How long it has been let in; nil before.
    func age(at steady: Duration) -> Duration? { admitted.map { steady - $0.since } }

    /// Its proof or its rule may have ended by itself.
    func isDue(at now: Date, _ steady: Duration) -> Bool {
        guard let proof = admitted?.proof else { return false }
        return proof.peer.validUntil <= now || proof.endsAt.map { $0 <= steady } ?? false
    }

    var facts: ConnectionFacts? { admitted?.facts }

    /// As it is now.
    func record(at steady: Duration) -> LiveConnection? {
        admitted.map { admitted in
            LiveConnection(
                facts: admitted.facts.under(admitted.proof.rule), bytesUp: bytesUp, bytesDown: bytesDown,
                age: steady - admitted.since, ruleEndsAfter: admitted.proof.endsAt.map { $0 - steady })
        }
    }
    var rule: String? { admitted?.proof.rule }

    // MARK: Proof

    /// The handshake asks whether it may go on.
    func verify(_ presented: PresentedPeer) -> PeerVerdict {
        self.presented = presented
        let began = NIODeadline.now()
        defer { share.counters.verification.add((NIODeadline.now() - began).nanoseconds) }
        do {
            return .accepted(try share.trust.judge(presented, share.circumstances(of: self)))
        } catch {
            verdict = error
            return .refused(TLSAlert(for: error))
        }
    }

    /// Both ends have proved themselves and this one's verdict was yes.
    func handshakeCompleted(_ session: SessionFacts) {
        guard isProving else { return }
        guard var proof = session.verified as? Proof else {
            return refuse(.lost("the handshake brought no proof"), isAlertSent: false)
        }
        let circumstances = share.circumstances(of: self)
        do { proof = try settle(proof, circumstances) } catch {
            return refuse(error, isAlertSent: false)
        }
        let facts = ConnectionFacts(
            id: id, service: share.plan.name, role: share.plan.role, since: circumstances.date, peer: proof.peer,
            session: session,
            rule: proof.rule, own: share.trust.state.identity, flow: flow)
        presented = nil
        phase = .joining(Admitted(proof, facts, since: circumstances.steady))
        secureLeg?.wait()
        share.admitted(self, facts)
        switch share.plan.role {
        case .protect: connectBackend()
        case .reach: join()
        }
    }

    /// The verdict of the handshake, as it stands at its end: the trust may have been replaced between the peer's certificate and
    /// its Finished; and where rules count, the place is taken now, and with it goes the last word.
    private func settle(_ proof: Proof, _ circumstances: Circumstances) throws(RefusalCause) -> Proof {
        let trust = share.trust
        if let policy = trust.policy, policy.asksUsage {
            let settled = try share.usage.admit(
                id, of: proof.peer.identity, at: circumstances.steady, keeping: policy.rateLimits
            ) { (usage) throws(RefusalCause) in
                try trust.rejudge(proof, circumstances.with(usage))
            }
            isCounted = true
            return settled
        }
        return proof.epoch == trust.epoch ? proof : try trust.rejudge(proof, circumstances)
    }

    /// Judges the proof again by the trust now in force. Returns whether the connection lives on.
    @discardableResult
    func rejudge() -> Bool {
        guard let admitted else { return true }
        do {
            admitted.proof = try share.trust.rejudge(admitted.proof, share.circumstances(of: self))
        } catch {
            end(.distrusted(error))
            return false
        }
        return true
    }

    // MARK: Bytes

    /// Both legs are there and the peer is proved: bytes flow from here on, first those that came early.
    func join() {
        guard case .joining(let admitted) = phase, let back else { return }
        phase = .joined(admitted)
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

    /// The target answered, or did not. The peer may be gone by now; then the channel is let go without a byte.
    func open(_ result: Result<any Channel, any Error>, with add: (SpliceLeg, any Channel) throws -> Void) {
        do {
            let channel = try result.get()
            guard !isClosed else { return channel.close(promise: nil) }
            let leg = SpliceLeg(.back, secure: secureSide == .back)
            leg.report(to: self)
            back = leg
            try add(leg, channel)
            join()
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            targetFailed(error)
        }
    }

    // MARK: What the legs report

    func inputEnded(_ side: Side) {
        if case .joined = phase { apply(.inputEnded(side)) }
    }

    func legBroke(_ side: Side, _ error: any Error) {
        switch phase {
        case .proving:
            refuse(side == secureSide ? verdict ?? .init(handshake: error) : .lost(text(of: error)), isAlertSent: true)
        case .joining:
            end(ending(of: side, error))
        case .joined:
            cause = ending(of: side, error)
            apply(.broken(side))
        case .closed:
            break
        }
    }

    func legGone(_ side: Side, settled: Bool) {
        switch phase {
        case .proving: refuse(verdict ?? .lost("it was closed"), isAlertSent: verdict != nil)
        case .joining: end(.broken(side, "it closed before the backend answered"))
        case .joined: apply(.gone(side, settled: settled))
        case .closed: break
        }
    }

    private func apply(_ event: SpliceMachine.Event) {
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

    /// Nothing of the peer goes further. The plain leg sees a reset; the TLS leg says its alert and closes.
    func refuse(_ cause: RefusalCause, isAlertSent: Bool) {
        guard isProving else { return }
        phase = .closed
        share.refused(self, cause, isAlertSent: isAlertSent)
        if isAlertSent { secureLeg?.close() } else { secureLeg?.reset() }
        plainLeg?.reset()
    }

    /// The target could not be reached: the local client of a door sees a reset, the proved peer of a service an orderly
    /// close, for nothing of a stream was cut.
    func targetFailed(_ error: any Error) {
        let explanation = "cannot connect to \(share.plan.target): \(text(of: error))"
        switch phase {
        case .proving:
            phase = .closed
            share.targetFailed(self, explanation)
            front.reset()
        case .joining:
            share.targetFailed(self, explanation)
            front.close()
            conclude(.unreachable(explanation))
        case .joined, .closed:
            break
        }
    }

    /// Cuts both legs so that neither peer takes what it got for the whole. A peer that is not believed any more is told so.
    func end(_ ending: Ending) {
        guard let admitted else { return }
        share.uncount(self, of: admitted.facts.peer.identity)
        var said: TLSAlert?
        if let alert = ending.lastWord, secureLeg?.cut(saying: alert) == true {
            said = alert
        } else {
            secureLeg?.reset()
        }
        share.afterJudging { [self, said] in
            plainLeg?.reset()
            conclude(ending, said: said)
        }
    }

    private func conclude(_ ending: Ending, said alert: TLSAlert? = nil) {
        guard let admitted else { return }
        phase = .closed
        share.closed(self, admitted.facts.under(admitted.proof.rule), ending, said: alert)
    }

    private func ending(of side: Side, _ error: any Error) -> Ending {
        if case TLSFailure.peerAlert(let alert) = error { return .alert(alert) }
        return .broken(side, text(of: error))
    }
}
