import Foundation
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonClients
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonRevocation
import SymbolonStorage
import SymbolonVerification

/// Keeps what every running end believes and proves itself with as it should be: own identities, and what is revoked.
///
/// `TrustKeeper+Identities.swift` finds, issues and renews identities; `TrustKeeper+Watching.swift` sees the changes.
actor TrustKeeper {
    /// What an end believes and proves itself with, as its configuration says it.
    struct Wish: Sendable {
        let source: IdentitySource
        var admission: TrustState.Admission
        /// Where the admission's policy is from.
        var rules = EndRules.none
        /// Nil: required, where anything can speak.
        var revocationMode: RevocationMode?
        /// Where the keys of an end's tokens are published.
        var tokenKeys: String?
        /// Whose tokens are believed of persons.
        var issuers: [IssuerKeyFile] = []
        /// Nil: there is no service behind TLS.
        var backend: BackendWish?
    }

    struct Kept {
        let end: RunningEnd
        var wish: Wish
        /// Of the revocations that it judges by.
        var epoch: UInt64
    }

    nonisolated let home: EndsHome?
    nonisolated let passphrase: Passphrase?
    nonisolated let report: EndReport
    /// Nil where there is no authority to look at.
    nonisolated let storeWatch: StoreWatch?
    var identities: [IdentitySource: HeldIdentity] = [:]
    /// The authority is being asked when to renew.
    var isAsking = false
    var kept: [Kept] = []
    /// By which the authority knows this process; nil where there is no home.
    nonisolated let place: EndPlace?
    /// What was said to the store of an authority in this home.
    var told = ToldHere()
    /// What the authority publishes of who may pass; nil where no end follows it.
    var followed: FollowedPolicy?
    /// What is permitted for emergencies, as far as it was told.
    var toldEmergencies: [EmergencyPermission] = []
    /// What reporters on this machine have said of peers' machines.
    var posture = PostureBoard()
    /// What reporters have said to the authority of the home, or to the one that it was paired with.
    var toldPosture = PostureBoard()
    /// Up to which value of the change counter that is.
    var toldPostureAt: UInt64?
    /// The files in which keys of tokens are published, by their paths, and why one could not be written.
    var tokenKeys: [String: TokenKeys] = [:]
    var tokenKeysTold: [String: String] = [:]
    /// Lists and answers of other authorities; nil where none are configured.
    nonisolated let gatherer: RevocationGatherer?
    private var sources: RevocationSources
    /// When a list or an answer that is known now ends.
    private var nextEnd: Date?
    /// Of other domains, as the authority of this home, or the one it was paired with, vouches for them.
    private var federated: [TrustAnchor]
    /// When it is looked next at what a silence of that authority makes of what is known.
    var nextSilenceLook = Date.distantPast
    /// The store has news that could not be read yet.
    private(set) var isRevocationPending = false
    private var failureTold: String?

    init(
        home: EndsHome?, passphrase: Passphrase?, gatherer: RevocationGatherer? = nil, report: EndReport
    ) async throws {
        self.home = home
        self.passphrase = passphrase
        self.report = report
        self.gatherer = gatherer
        let snapshot = try await home?.revocations() ?? .none
        storeWatch = home?.authority.map { StoreWatch($0.store, changeCounter: snapshot.epoch) }
        for news in await gatherer?.start() ?? [] { report.tell(news) }
        sources = await gatherer?.sources(with: snapshot) ?? RevocationSources(snapshot: snapshot)
        nextEnd = sources.nextEnd(after: Date())
        federated = try await home?.federated() ?? []
        do throws(FileFailure) {
            place = try home?.folder.takeEndPlace()
        } catch {
            place = nil
            report.warn(
                nil, "the authority is not told what is in force at this end, and cannot count on it",
                why: error.explanation, mend: "let this user write to the home")
        }
        if let home { try await hearPosture(of: home, at: snapshot.epoch) }
    }

    /// What is known of the authority of this home.
    var knownRevocations: RevocationSnapshot { sources.snapshot }
    /// When the store of an authority in this home could be looked at last.
    nonisolated var storeReadAt: Date? { storeWatch?.lookedAt }

    // MARK: Trust

    /// What an end with these wishes believes now.
    func trust(_ wish: Wish) throws -> TrustState {
        guard let held = identities[wish.source] else { throw EndFailure.identityWithoutName }
        let (anchors, mode) = (anchors(of: held), try revocationMode(of: held.stored, wish))
        return try TrustState(
            identity: held.proof, anchors: anchors, admission: wish.admission, revocation: sources,
            revocationMode: mode, posture: posture.with(toldPosture), issuers: wish.issuers.map(\.current),
            backend: try wish.backend.map { try backendTrust($0, beside: anchors, mode) })
    }

    /// The trust domain of an identity: that of its SPIFFE ID, else that of the authority here.
    func trustDomain(of source: IdentitySource) -> TrustDomain? {
        guard let held = identities[source] else { return nil }
        if case .spiffe(let identity) = held.proof.name { return identity.trustDomain }
        return home?.trustDomain
    }

    /// An anchor speaks for the trust domain that its own certificate names; one that names none, for the domain of the
    /// identity that it came with.
    private func anchors(of held: HeldIdentity) -> [TrustAnchor] {
        let isOurs = home?.accounts(for: held.stored) == true
        // Of an authority that speaks for itself, what it says now, and not what it said when it issued this.
        return (isOurs ? home?.believedRoots ?? held.stored.anchors : held.stored.anchors).map { certificate in
            if let named = certificate.anchoredTrustDomain { return TrustAnchor(certificate, for: named) }
            guard case .spiffe(let own) = held.proof.name else { return TrustAnchor(certificate) }
            return TrustAnchor(certificate, for: own.trustDomain)
        } + (isOurs ? federated : [])
    }

    /// Revocation must be known where the store accounts for every anchor believed; elsewhere nothing would be let in, so
    /// that the operator has to say that less is enough.
    private func revocationMode(of identity: StoredIdentity, _ wish: Wish) throws -> RevocationMode {
        if let mode = wish.revocationMode { return mode }
        if let home, home.accounts(for: identity) {
            // What another domain's authority revokes is not heard here.
            return home.paired == nil && federated.isEmpty
                ? .required : .requiredUnlessLife(underHours: PairedLink.shortLifeHours)
        }
        if gatherer != nil { return .required }
        throw Complaint(revocationUnknownFor: wish.source)
    }

    /// Throws when an end that has this identity could no longer know who is revoked.
    func requireRevocation(of identity: StoredIdentity, _ source: IdentitySource) throws {
        for one in kept where one.wish.source == source { _ = try revocationMode(of: identity, one.wish) }
    }

    func revocation(of identity: StoredIdentity) -> Revocation? {
        guard let issuer = identity.issuingKey else { return nil }
        let identifier = CertificateIdentifier(issuerKey: issuer, serialNumber: identity.leaf.serialNumber)
        guard case .revoked(let reason, let since) = sources.snapshot.status(of: identifier) else { return nil }
        return Revocation(reason, since: since)
    }

    // MARK: Ends

    func keep(_ end: RunningEnd, _ wish: Wish) {
        kept.append(Kept(end: end, wish: wish, epoch: 0))
        // What came between its start and now.
        publish(to: wish.source)
    }

    func roles(of source: IdentitySource) -> Set<EndRole> {
        Set(kept.filter { $0.wish.source == source }.map(\.end.role))
    }

    /// Puts what is known now in force at the ends of one identity, or at all.
    /// - Parameter isStaple: only the answer about that identity is another.
    func publish(to source: IdentitySource? = nil, isStaple: Bool = false) {
        for (index, one) in kept.enumerated() where source == nil || one.wish.source == source {
            do {
                let trust = try trust(one.wish)
                if let held = identities[one.wish.source] { publishKeys(of: one, as: held.stored) }
                if isStaple { try one.end.staple(trust) } else { try one.end.replace(trust) }
                // What is not in force is not confirmed.
                if !lacksPolicy(one.wish) { kept[index].epoch = sources.snapshot.epoch }
            } catch EndFailure.stopped {
                kept[index].epoch = sources.snapshot.epoch
            } catch {
                report.warn(
                    one.end.name, "new trust is not taken up; what was in force stays so",
                    why: ExplainedError.text(error))
            }
        }
    }

    /// Takes up policies whose files have changed; one that cannot be read changes nothing, and is told of.
    func lookAtPolicies() {
        for (index, one) in kept.enumerated() {
            guard case .file(let file) = one.wish.rules else { continue }
            switch file.poll() {
            case .unchanged: continue
            case .replaced(let document):
                kept[index].wish.admission = file.admission(document)
                do {
                    try one.end.replace(try trust(kept[index].wish))
                    report.tell(.policy(service: one.end.name, file: file.path, rules: document.policy.rules.count))
                    file.warn(of: document, at: one.end.name, report)
                } catch EndFailure.stopped {
                    continue
                } catch {
                    report.warn(
                        one.end.name, "the new policy is not taken up; the one before stays in force",
                        why: ExplainedError.text(error))
                }
            case .kept(let faults):
                report.tell(
                    .policyRefused(
                        service: one.end.name, file: file.path, faults: faults.faults.map(\.description)))
            }
        }
    }

    // MARK: Revocation

    /// Reads what is revoked and puts it in force. What cannot be read now is tried again by the next look.
    func refreshRevocation() async {
        guard let home else { return }
        do {
            let next = try await home.revocations()
            federated = try await home.federated()
            try await hearPosture(of: home, at: next.epoch)
            // After the counter: what it counts is in it, and both are put in force at once.
            await lookAtFollowedPolicy()
            isRevocationPending = false
            guard next.epoch >= sources.snapshot.epoch else {
                return tellOnce(
                    "the store has gone back to an earlier day; what was revoked since stays refused here",
                    why: "it counts \(next.epoch) changes, and \(sources.snapshot.epoch) are known")
            }
            failureTold = nil
            sources = sources.with(next)
            publish()
            tellOwnRevocations()
            await hastenRenewals()
        } catch {
            isRevocationPending = true
            tellOnce(
                "revocations cannot be read; those known so far stay in force", why: ExplainedError.text(error))
        }
    }

    /// Another authority is believed now, or no more: by a change, or by its date.
    func lookAtFederations() async {
        // What cannot be read now is read by the next look, and that it cannot be is told by the watch.
        guard let home, let now = try? await home.federated(), now != federated else { return }
        await refreshRevocation()
    }

    /// A place has given something, or failed to.
    func gathered(_ news: RevocationGatherer.News) async {
        report.tell(news)
        guard case .changed = news, let gatherer else { return }
        // The snapshot of after the wait: it may have changed meanwhile.
        sources = await gatherer.sources(with: .none).with(sources.snapshot)
        nextEnd = sources.nextEnd(after: Date())
        publish()
    }

    /// What a list or an answer says ends by itself: live connections that rest on it are judged again then.
    func endWhatIsOver() {
        // Times are of whole seconds, and the last one counts.
        guard let end = nextEnd, Date() >= end + 1 else { return }
        nextEnd = sources.nextEnd(after: Date())
        publish()
    }

    func tellOnce(_ what: String, why: String) {
        guard failureTold != why else { return }
        failureTold = why
        report.warn(nil, what, why: why)
    }

    private func tellOwnRevocations() {
        for (source, held) in identities where !held.isRevoked {
            guard let revoked = revocation(of: held.stored) else { continue }
            identities[source]?.isRevoked = true
            report.warn(
                held.stored.name.description, "this identity is revoked: peers refuse it from now on",
                why: "\(revoked.reason.rawValue), since \(Moment.text(revoked.since))",
                mend: "if it may go on, issue it anew: symbolon identity issue \(held.stored.name) --profile …")
        }
    }
}
