internal import Foundation
internal import NIOCore
internal import SymbolonAccessPolicy
internal import SymbolonCertificates
internal import SymbolonTransport
internal import SymbolonVerification

/// One connection through an end, as it is judged: from accept to its end. Confined to its event loop.
///
///     proving ──proved──▶ admitted ──▶ closed
///        └────refused─────────┴─ended──▶ closed
///
/// What is done with its bytes is its kind's: `StreamConnection` splices them, `HTTPConnection` reads requests. Neither does
/// anything for a peer before `begin`.
class Connection {
    private enum Standing {
        case proving
        case admitted(Admitted)
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
    private var standing = Standing.proving
    /// What our own verifier said, until the handshake has told the peer.
    private(set) var verdict: RefusalCause?
    /// What the peer has shown, until it has proved that it holds the key.
    private(set) var presented: PresentedPeer?
    /// Nil: nothing is traced.
    let trace: ConnectionTrace?
    /// It has its place among those that rules count.
    var isCounted = false

    init(_ id: UInt64, from origin: SocketAddress?, in share: LoopShare) {
        self.id = id
        self.share = share
        self.origin = origin
        trace = share.plan.tracing.map { [arrived] in ConnectionTrace($0, since: arrived) }
    }

    // MARK: What a kind of connection says and does

    /// Of the leg on which the peer proves itself.
    var peerAddress: SocketAddress? { nil }
    var ownAddress: SocketAddress? { nil }
    /// From whoever opened it, in bytes of application data.
    var bytesUp: UInt64 { 0 }
    var bytesDown: UInt64 { 0 }
    /// The persons for whom the peer acts at the moment.
    var actingFor: [String] { [] }

    /// The peer is proved and permitted.
    func begin(_ session: SessionFacts) {}

    /// Nothing of the peer goes further. Where the alert is said, or is the handshake's own affair, it has the time to read it.
    func dismiss(isAlertSent: Bool) {}

    /// Cuts the leg of the peer so that it does not take what it got for the whole. Returns the alert that was said.
    func cut(saying alert: TLSAlert?) -> TLSAlert? { nil }

    /// Cuts the rest.
    func release() {}

    /// Judges the proof again by the trust now in force.
    func judgeAgain(_ known: Proof, _ circumstances: Circumstances) throws(RefusalCause) -> Proof {
        try share.trust.rejudge(known, circumstances)
    }

    /// This end stops: no more is begun on it.
    func drain() {}

    /// Ends what has taken too long. Twice a second, where requests are read.
    func lookAtDeadlines(_ now: NIODeadline) {}

    // MARK: What is known

    final var isClosed: Bool { if case .closed = standing { true } else { false } }
    final var isProving: Bool { if case .proving = standing { true } else { false } }
    private var admitted: Admitted? { if case .admitted(let admitted) = standing { admitted } else { nil } }

    final var proof: Proof? { admitted?.proof }
    final var peerSerial: SerialNumber? { proof?.peer.path.leaf.serialNumber }
    final var peer: PeerIdentity? { proof?.peer.identity }
    final var rule: String? { proof?.rule }
    final var facts: ConnectionFacts? { admitted?.facts }
    final var flow: Flow { Flow(at: share.plan.role, peer: peerAddress, own: ownAddress) }

    /// How long it has been let in; nil before.
    final func age(at steady: Duration) -> Duration? { admitted.map { steady - $0.since } }

    /// Its proof or its rule may have ended by itself.
    func isDue(at now: Date, _ steady: Duration) -> Bool {
        guard let proof else { return false }
        return proof.peer.validUntil <= now || proof.endsAt.map { $0 <= steady } ?? false
    }

    /// As it is now.
    final func record(at steady: Duration) -> LiveConnection? {
        admitted.map { admitted in
            LiveConnection(
                facts: admitted.facts.under(admitted.proof.rule), bytesUp: bytesUp, bytesDown: bytesDown,
                age: steady - admitted.since, ruleEndsAfter: admitted.proof.endsAt.map { $0 - steady },
                actingFor: actingFor)
        }
    }

    // MARK: Proof

    /// The handshake asks whether it may go on.
    final func verify(_ presented: PresentedPeer) -> PeerVerdict {
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
    final func handshakeCompleted(_ session: SessionFacts) {
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
            rule: proof.rule, own: share.trust.state.identity, flow: flow,
            proved: ProvedFacts(proof.peer, proof.party))
        presented = nil
        standing = .admitted(Admitted(proof, facts, since: circumstances.steady))
        share.admitted(self, facts)
        begin(session)
    }

    /// The verdict of the handshake, as it stands at its end: the trust may have been replaced between the peer's certificate and
    /// its Finished; and where rules count, the place is taken now, and with it goes the last word.
    private func settle(_ proof: Proof, _ circumstances: Circumstances) throws(RefusalCause) -> Proof {
        let trust = share.trust
        if let policy = trust.state.policy, policy.asksUsage {
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
    final func rejudge() -> Bool {
        guard let admitted else { return true }
        do {
            admitted.proof = try judgeAgain(admitted.proof, share.circumstances(of: self))
        } catch {
            end(.distrusted(error))
            return false
        }
        return true
    }

    // MARK: Ends

    /// Nothing of the peer goes further. A plain leg sees a reset; the TLS leg says its alert and closes.
    final func refuse(_ cause: RefusalCause, isAlertSent: Bool) {
        guard isProving else { return }
        standing = .closed
        share.refused(self, cause, isAlertSent: isAlertSent)
        dismiss(isAlertSent: isAlertSent)
    }

    /// There was nobody to prove anything: the service behind a door could not be reached.
    final func abandon(_ explanation: String) {
        guard isProving else { return }
        standing = .closed
        share.targetFailed(self, explanation)
    }

    /// Cuts it so that neither peer takes what it got for the whole. A peer that is not believed any more is told so.
    final func end(_ ending: Ending) {
        guard let admitted else { return }
        share.uncount(self, of: admitted.facts.peer.identity)
        let said = cut(saying: ending.lastWord)
        share.afterJudging { [self, said] in
            release()
            conclude(ending, said: said)
        }
    }

    final func conclude(_ ending: Ending, said alert: TLSAlert? = nil) {
        guard let admitted else { return }
        let facts = admitted.facts.under(admitted.proof.rule)
        standing = .closed
        share.closed(self, facts, ending, said: alert)
    }
}
