public import Foundation
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonRevocation
import Synchronization

/// An issuing authority's OCSP responder on one node: a delegate with a key of its own that is in memory only (RFC 6960
/// §4.2.2.2).
///
/// An answer is signed when somebody first asks, then kept until something changes or half its life is over. One with a nonce is
/// signed at once, of what is kept. `follow` must be called several times a second: it forgets what has changed.
///
/// What is locked is a look-up in a table, never a signature or a wait.
public final class Responder: Sendable {
    private let authority: IssuingAuthority
    private let store: any RevocationAnswerStore
    private let schedule: AnswerSchedule
    private let state: Mutex<State>

    private struct State {
        /// Of the issuing authority that was active when `follow` looked last; for those before it, lists speak.
        var issuer: IssuerDigests
        var issuerKey: KeyFingerprint
        var signer: AnswerSigner?
        var kept: KeptAnswers
        /// Every change up to this value of the counter is accounted for in `kept`.
        var changeCounter: UInt64 = 0
        /// When that was last found to be all.
        var followedAt: Date?
        /// Why there is no new certificate, and when it is asked for again.
        var refused: (ResponderFailure, until: Date)?
    }

    /// Changes that are forgotten one by one; of more at once everything is.
    private static let mostChanges = 10_000
    /// A store that changes while it is asked is asked again. 4: then somebody revokes faster than anybody can answer.
    private static let mostTries = 4

    /// Nil: the issuing certificate's key cannot be read.
    public init?(
        _ authority: IssuingAuthority, store: any RevocationAnswerStore, schedule: AnswerSchedule = AnswerSchedule()
    ) {
        guard let issuer = IssuerDigests(authority.issuing) else { return nil }
        self.authority = authority
        self.store = store
        self.schedule = schedule
        state = Mutex(
            State(issuer: issuer, issuerKey: authority.key, kept: KeptAnswers(most: schedule.mostKept)))
    }

    /// Whose certificates it answers for.
    public var issuerKey: KeyFingerprint { state.withLock { $0.issuerKey } }

    // MARK: Answering

    /// At once, of what is kept; nil: the store must be asked.
    ///
    /// - Parameter der: of the OCSPRequest, as a stranger sent it.
    public func reply(to der: some Collection<UInt8>) -> ResponderReply? {
        guard let asked = asked(der) else { return .refused(.malformedRequest) }
        return reply(to: asked.question, asked.keys)
    }

    /// Having asked the store about what is not kept.
    public func replyAskingStore(to der: some Collection<UInt8>) async throws(StoreFailure) -> ResponderReply {
        guard let asked = asked(der) else { return .refused(.malformedRequest) }
        guard let keys = asked.keys else { return .refused(.unauthorized) }
        for _ in 0..<Self.mostTries {
            if let reply = reply(to: asked.question, keys) { return reply }
            var unknown: [KeptAnswers.Key: AnsweredCertificate] = [:]
            for key in keys {
                guard let found = try await find(key) else { return .refused(.tryLater) }
                if found.standing == .unknown { unknown[key] = found }
            }
            if !unknown.isEmpty { return reply(to: asked.question, keys, beside: unknown) ?? .refused(.tryLater) }
        }
        return .refused(.tryLater)
    }

    /// What it says of one certificate to everybody: to be stapled. Nil: nothing now.
    public func answer(about serialNumber: SerialNumber) async throws(StoreFailure) -> SignedAnswer? {
        guard let question = StatusQuestion(about: serialNumber, from: authority.issuing, nonce: nil) else {
            return nil
        }
        guard case .kept(let answer) = try await replyAskingStore(to: question.der) else { return nil }
        return answer
    }

    /// Nil: it is no question. Its keys are nil when it is about another issuer.
    private func asked(
        _ der: some Collection<UInt8>
    ) -> (question: PresentedQuestion, keys: [KeptAnswers.Key]?)? {
        guard let question = try? PresentedQuestion(der: der) else { return nil }
        var keys: [KeptAnswers.Key] = []
        let issuer = state.withLock { $0.issuer }
        for identifier in question.certificates {
            guard let digest = issuer.digest(of: identifier) else { return (question, nil) }
            keys.append(KeptAnswers.Key(serialNumber: identifier.serialNumber, digest: digest))
        }
        return (question, keys)
    }

    /// - Parameter unknown: certificates that there are not, which are not kept: there are more serial numbers than memory.
    private func reply(
        to question: PresentedQuestion, _ keys: [KeptAnswers.Key]?,
        beside unknown: [KeptAnswers.Key: AnsweredCertificate] = [:]
    ) -> ResponderReply? {
        // RFC 9919 §3.2.3: not signed, for everybody could have signed what costs nothing to ask.
        guard let keys else { return .refused(.unauthorized) }
        let now = authority.now
        let known = state.withLock { state in
            (state.signer, keys.map { state.kept[$0] }, state.followedAt)
        }
        guard let signer = known.0 else { return .refused(.tryLater) }
        let isCurrent = isCurrent(known.2, at: now)
        var certificates: [AnsweredCertificate] = []
        for (key, entry) in zip(keys, known.1) {
            guard let certificate = entry?.certificate ?? unknown[key] else { return nil }
            certificates.append(certificate)
        }
        if question.nonce == nil, keys.count == 1, let answer = known.1[0]?.answer, answer.thisUpdate <= now {
            let half = answer.thisUpdate + (schedule.life / 2).wholeSeconds
            // Without the store what is kept is what any cache would say.
            if now < half || (!isCurrent && now < answer.nextUpdate) { return .kept(answer) }
        }
        guard isCurrent else { return .refused(.tryLater) }
        guard let answer = try? sign(zip(keys, certificates), question.nonce, by: signer, at: now) else {
            return .refused(.internalError)
        }
        guard question.nonce == nil, keys.count == 1, unknown.isEmpty else { return .made(answer) }
        keep(KeptAnswers.Entry(certificate: certificates[0], answer: answer), for: keys[0])
        return .kept(answer)
    }

    private func isCurrent(_ followedAt: Date?, at now: Date) -> Bool {
        guard let followedAt else { return false }
        return abs(now.timeIntervalSince(followedAt)) <= schedule.patience.wholeSeconds
    }

    /// Asks the store, and keeps an answer of what it says. Nil: nothing can be signed.
    private func find(_ key: KeptAnswers.Key) async throws(StoreFailure) -> AnsweredCertificate? {
        if let entry = state.withLock({ $0.kept[key] }) { return entry.certificate }
        let found =
            try await store.standing(of: key.serialNumber, from: issuerKey)
            ?? AnsweredCertificate(standing: .unknown, notAfter: .distantFuture, changeCounter: 0)
        guard found.standing != .unknown else { return found }
        guard let signer = state.withLock({ $0.signer }),
            let answer = try? sign(zip([key], [found]), nil, by: signer, at: authority.now)
        else { return nil }
        keep(KeptAnswers.Entry(certificate: found, answer: answer), for: key)
        return found
    }

    /// What was found before the last change that is accounted for may be what has changed, unless it is still kept.
    private func keep(_ entry: KeptAnswers.Entry, for key: KeptAnswers.Key) {
        state.withLock { state in
            guard
                entry.certificate.changeCounter >= state.changeCounter
                    || state.kept[key]?.certificate == entry.certificate
            else { return }
            state.kept.keep(entry, for: key)
        }
    }

    private func sign(
        _ certificates: Zip2Sequence<[KeptAnswers.Key], [AnsweredCertificate]>, _ nonce: StatusNonce?,
        by signer: AnswerSigner, at now: Date
    ) throws(KeyFailure) -> SignedAnswer {
        let now = now.cutToSecond
        // Nobody believes a delegate after its own certificate has ended.
        let nextUpdate = min(now + schedule.life.wholeSeconds, signer.certificate.notAfter)
        let issuer = state.withLock { $0.issuer }
        let statuses = certificates.map { key, certificate in
            AnswerTemplate.Status(
                issuer.identifier(of: key.serialNumber, by: key.digest), certificate.standing, thisUpdate: now,
                nextUpdate: nextUpdate,
                // RFC 6960 §4.4.4: nothing is ever forgotten here, so it is known since the issuer began.
                archiveCutoff: certificate.notAfter < now ? authority.issuing.notBefore : nil)
        }
        return try signer.sign(
            AnswerTemplate(responderKeyHash: signer.keyHash, producedAt: now, statuses: statuses, nonce: nonce))
    }
}

// MARK: - Keeping it as it should be

extension Responder {
    /// Forgets what was revoked or released since the last call, and renews the certificate when that is due.
    public func follow() async throws(ResponderFailure) {
        followIssuer()
        let before = state.withLock { $0.changeCounter }
        let found: AnswerChanges
        do throws(StoreFailure) {
            found = try await store.changes(of: issuerKey, after: before, atMost: Self.mostChanges)
        } catch {
            throw .store(error)
        }
        let now = authority.now
        let (certificate, refused) = state.withLock { state -> (Certificate?, (ResponderFailure, until: Date)?) in
            if found.changeCounter > state.changeCounter {
                if let changed = found.changed {
                    changed.forEach { state.kept.forget($0) }
                } else {
                    state.kept.forgetAll()
                }
                state.changeCounter = found.changeCounter
            }
            state.followedAt = now
            return (state.signer?.certificate, state.refused)
        }
        guard certificate.map({ schedule.isRenewalDue($0, from: authority.issuing, at: now) }) ?? true else { return }
        if let refused, now < refused.until { throw refused.0 }
        do throws(ResponderFailure) {
            try await renew()
        } catch {
            state.withLock { $0.refused = (error, now + schedule.pause(with: certificate)) }
            throw error
        }
    }

    /// Another issuing authority is active: from now on its certificates are answered for.
    private func followIssuer() {
        guard authority.key != issuerKey, let issuer = IssuerDigests(authority.issuing) else { return }
        state.withLock {
            $0 = State(issuer: issuer, issuerKey: authority.key, kept: KeptAnswers(most: schedule.mostKept))
        }
    }

    private func renew() async throws(ResponderFailure) {
        let key = SigningKey.make(.p256)
        let issued: IssuedCertificate
        do throws(IssuanceFailure) {
            issued = try await authority.issueForResponder(key.publicKey, actor: "authority")
        } catch {
            throw .issuance(error)
        }
        let signer = AnswerSigner(issued.certificate, key: key)
        state.withLock { ($0.signer, $0.refused) = (signer, nil) }
    }

    /// How it stands: for alarms, metrics and health.
    public var standing: ResponderStanding {
        let now = authority.now
        return state.withLock { state in
            let certificate = state.signer?.certificate
            return ResponderStanding(
                certificateEnds: certificate?.notAfter, kept: state.kept.count,
                isLate: !isCurrent(state.followedAt, at: now)
                    || certificate.map { schedule.isLate(certificateEnding: $0.notAfter, at: now) } ?? true)
        }
    }
}

/// How a responder stands.
public struct ResponderStanding: Equatable, Sendable {
    /// Nil: it has no certificate, and answers nobody.
    public let certificateEnds: Date?
    /// How many answers are kept.
    public let kept: Int
    /// It has not heard of the store, or its certificate should have been renewed long ago.
    public let isLate: Bool
}
