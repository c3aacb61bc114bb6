internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonTokens
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
    /// The end's short name, as rules know it.
    private let service: String
    /// By which connections are judged. Where requests are read, it lets in whoever some request may be allowed to.
    let policy: CompiledPolicy?
    /// What the service behind has to prove; nil: it is spoken to in the clear.
    let backend: BackendProof?
    /// Says to the service behind who is there; nil: it is not told so.
    let teller: BackendTeller?

    /// - Parameter http: each request is judged by itself, by `allow`.
    init(
        _ state: TrustState, of service: String, epoch: UInt64, context: TLSContext, cache: SignatureCache,
        http: HTTPService? = nil, backend: BackendProof? = nil
    ) {
        self.backend = backend
        teller = http?.token.map { BackendTeller($0, of: service, as: state.identity) }
        self.epoch = epoch
        policy = http != nil ? state.policy.map { CompiledPolicy($0.policy.ofAnyRequest) } : state.policy
        self.state = state
        self.service = service
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
    func judge(_ presented: PresentedPeer, _ circumstances: Circumstances) throws(RefusalCause) -> Proof {
        let (now, notBefore) = (circumstances.date, state.identity.leaf.notBefore)
        guard now >= notBefore - Self.clockTolerance else { throw .clockBehind(now: now, notBefore: notBefore) }
        let peer: VerifiedPeer
        let answers = presented.stapledAnswer.map { [$0] } ?? []
        do {
            peer = try verifier.verify(
                PresentedChain(der: presented.chain, stapledAnswers: answers), expecting: expectation,
                at: circumstances.date)
        } catch {
            throw .verification(error)
        }
        return try proof(of: peer, Party(peer), answers, circumstances, after: nil)
    }

    /// The same question about a live connection, after the trust has changed or time has passed.
    ///
    /// A path that was proved stays proved while its anchor, its validity and its revocation hold; when something else is
    /// expected of the peer now, the path's own certificates are verified anew.
    func rejudge(_ known: Proof, _ circumstances: Circumstances) throws(RefusalCause) -> Proof {
        var (peer, party) = (known.peer, known.party)
        do {
            if known.expectation == expectation {
                try verifier.recheck(peer, at: circumstances.date)
            } else {
                let path = PresentedChain(
                    der: peer.path.certificates.map(\.der), stapledAnswers: known.stapledAnswers)
                peer = try verifier.verify(path, expecting: expectation, at: circumstances.date)
                party = Party(peer)
            }
        } catch {
            throw .verification(error)
        }
        return try proof(of: peer, party, known.stapledAnswers, circumstances, after: known.rule)
    }

    /// - Parameter former: the rule that has let the peer in, where one has.
    private func proof(
        of peer: VerifiedPeer, _ party: Party, _ answers: [[UInt8]], _ circumstances: Circumstances,
        after former: String?
    ) throws(RefusalCause) -> Proof {
        var proof = Proof(
            peer: peer, party: party, stapledAnswers: answers, rule: serviceRule, endsAt: nil, expectation: expectation,
            epoch: epoch)
        guard let policy else { return proof }
        proof.party = reported(of: peer.identity, party, for: policy)
        let permission = try decide(
            peer, proof.party, for: nil, .unknown(.noRequest), by: policy, circumstances, after: former)
        proof.rule = permission.rule
        proof.endsAt = permission.endsAt
        return proof
    }

    /// Whether a peer that was let in may make this request, and the person for whom it acts as well: by which rules, and until
    /// when that stands.
    func allow(
        _ request: Question.Request, for person: ActingPerson?, of proof: Proof, _ circumstances: Circumstances
    ) throws(RefusalCause) -> Permission {
        guard let policy = state.policy else { return Permission(rule: proof.rule) }
        let party = reported(of: proof.peer.identity, proof.party, for: policy)
        if let person, let why = lapse(of: person, at: circumstances.date) {
            throw .policy(ProvedFacts(proof.peer, party), because: why, rule: nil)
        }
        let acting = person.map { reported(of: .name($0.name), $0.party, for: policy) }
        var permission = try decide(
            proof.peer, party, for: acting, .known(request), by: policy, circumstances, after: nil)
        if let person {
            let end = circumstances.steady + .seconds(person.token.ends.timeIntervalSince(circumstances.date))
            permission.endsAt = min(permission.endsAt ?? end, end)
        }
        return permission
    }

    /// Why a person's token is believed no more; nil: it is.
    private func lapse(of person: ActingPerson, at now: Date) -> String? {
        guard now < person.token.ends else { return "the access token of \(person.name) has expired" }
        guard state.issuers.contains(where: { $0.issuer.stillSigns(person.token) }) else {
            return "the access token of \(person.name) is by a key that its issuer has no more"
        }
        return nil
    }

    /// A party with what is reported of it, where rules ask for that.
    private func reported(of identity: PeerIdentity, _ party: Party, for policy: CompiledPolicy) -> Party {
        guard policy.asksPosture else { return party }
        var party = party
        party.posture = state.posture.signals[identity] ?? [:]
        return party
    }

    private func decide(
        _ peer: VerifiedPeer, _ party: Party, for person: Party?, _ request: Fact<Question.Request>,
        by policy: CompiledPolicy, _ circumstances: Circumstances, after former: String?
    ) throws(RefusalCause) -> Permission {
        var question = Question(
            from: party, actingFor: person, to: service, request: request,
            address: policy.asksNetwork ? circumstances.network : .unknown(.notReported),
            at: circumstances.moment, age: circumstances.age)
        if policy.asksUsage { question.peer.usage = .known(circumstances.usage(peer.identity)) }
        let decision = policy.decide(question)
        guard case .allowed(let rule, let personRule) = decision.outcome else {
            throw .policy(
                ProvedFacts(peer, party), because: policy.because(decision, of: question, after: former),
                rule: decision.rule)
        }
        return Permission(
            rule: rule, personRule: personRule, endsAt: decision.standsFor.map { circumstances.steady + .seconds($0) })
    }
}

/// By which rules something is allowed, and until when that stands.
struct Permission: Equatable, Sendable {
    let rule: String
    /// That allows the person for whom the peer acts.
    var personRule: String?
    /// By the end's steady clock; nil: nothing that it rests on ends by itself.
    var endsAt: Duration?
}

/// That a peer proved itself and is permitted: by which path, under which rule, asked what, by which trust.
struct Proof: Sendable {
    let peer: VerifiedPeer
    /// As rules see the peer.
    var party: Party
    /// What came with the peer's certificate, for the day when it is judged anew.
    let stapledAnswers: [[UInt8]]
    var rule: String
    /// When the rule has to be asked again, by the end's steady clock; nil: nothing that it rests on ends by itself.
    var endsAt: Duration?
    let expectation: Expectation
    let epoch: UInt64
}
