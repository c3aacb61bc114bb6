internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonTransport
internal import SymbolonVerification

/// A `TrustState` made ready for the event loops: one TLS context, one verifier. Immutable; each loop holds its own copy.
struct PreparedTrust: Sendable {
    /// Grows by one with every replacement.
    let epoch: UInt64
    let state: TrustState
    let context: TLSContext
    private let verifier: Verifier
    private let expectation: Expectation
    /// What lets a door's service pass: being the one that was asked for.
    private let serviceRule: String

    init(_ state: TrustState, epoch: UInt64, context: TLSContext, cache: SignatureCache) {
        self.epoch = epoch
        self.state = state
        self.context = context
        self.expectation = state.expectation
        serviceRule = "the service is \(expectation.names.map(\.description).joined(separator: " and "))"
        self.verifier = Verifier(anchors: state.anchors, sources: state.revocation, cache: cache)
    }

    /// Five minutes: the authority's clock and this one may differ by as much.
    private static let clockTolerance: TimeInterval = 300

    /// Proof first, then policy; the handshake goes on only past both.
    ///
    /// It is later than the beginning of this end's own certificate: a clock that was put back further than that would let
    /// in who has ended since. So short lives end in time, where nothing is revoked because they are short.
    func judge(_ presented: PresentedPeer, at now: Date) throws(RefusalCause) -> Proof {
        let notBefore = state.identity.leaf.notBefore
        guard now >= notBefore - Self.clockTolerance else { throw .clockBehind(now: now, notBefore: notBefore) }
        let peer: VerifiedPeer
        let answers = presented.stapledAnswer.map { [$0] } ?? []
        do {
            peer = try verifier.verify(
                PresentedChain(der: presented.chain, stapledAnswers: answers), expecting: expectation, at: now)
        } catch {
            throw .verification(error)
        }
        return Proof(
            peer: peer, stapledAnswers: answers, rule: try rule(admitting: peer), expectation: expectation, epoch: epoch
        )
    }

    /// The same question about a live connection, after the trust has changed or time has passed.
    ///
    /// A path that was proved stays proved while its anchor, its validity and its revocation hold; when something else is
    /// expected of the peer now, the path's own certificates are verified anew.
    func rejudge(_ proof: Proof, at now: Date) throws(RefusalCause) -> Proof {
        var peer = proof.peer
        do {
            if proof.expectation == expectation {
                try verifier.recheck(peer, at: now)
            } else {
                let path = PresentedChain(
                    der: peer.path.certificates.map(\.der), stapledAnswers: proof.stapledAnswers)
                peer = try verifier.verify(path, expecting: expectation, at: now)
            }
        } catch {
            throw .verification(error)
        }
        return Proof(
            peer: peer, stapledAnswers: proof.stapledAnswers, rule: try rule(admitting: peer), expectation: expectation,
            epoch: epoch)
    }

    private func rule(admitting peer: VerifiedPeer) throws(RefusalCause) -> String {
        switch state.admission {
        case .service:
            return serviceRule
        case .clients(let list):
            switch list.decide(peer) {
            case .allowed(let rule): return rule
            case .denied(let considered): throw .policy(peer.identity, considered: considered)
            }
        }
    }
}

/// That a peer proved itself and is permitted: by which path, under which rule, asked what, by which trust.
struct Proof: Sendable {
    let peer: VerifiedPeer
    /// What came with the peer's certificate, for the day when it is judged anew.
    let stapledAnswers: [[UInt8]]
    let rule: String
    let expectation: Expectation
    let epoch: UInt64
}
