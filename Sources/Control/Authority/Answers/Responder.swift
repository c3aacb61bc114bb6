public import Foundation
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonRevocation
import Synchronization

/// An authority's OCSP responder on one node: for each issuing authority of which a certificate lives, a delegate with a key of
/// its own that is in memory only (RFC 6960 §4.2.2.2).
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
        /// The one that was active when `follow` looked last, then those before it.
        var issuers: [AnsweredIssuer]
        var made = 1
        var kept: KeptAnswers
        /// The former ones that were looked at, and when that is done again.
        var former: (keys: [KeyFingerprint], until: Date) = ([], .distantPast)

        func index(of number: Int) -> Int? { issuers.firstIndex { $0.number == number } }
        func issuer(_ number: Int) -> AnsweredIssuer? { index(of: number).map { issuers[$0] } }
    }

    /// Changes that are forgotten one by one; of more at once everything is.
    private static let mostChanges = 10_000
    /// A store that changes while it is asked is asked again. 4: then somebody revokes faster than anybody can answer.
    private static let mostTries = 4

    /// Nil: the issuing certificate's key cannot be read.
    public init?(
        _ authority: IssuingAuthority, store: any RevocationAnswerStore, schedule: AnswerSchedule = AnswerSchedule()
    ) {
        guard let issuer = AnsweredIssuer(authority.signingIssuer, number: 0) else { return nil }
        self.authority = authority
        self.store = store
        self.schedule = schedule
        state = Mutex(State(issuers: [issuer], kept: KeptAnswers(most: schedule.mostKept)))
    }

    /// Whose certificates it answers for, the active issuing authority first.
    public var issuerKeys: [KeyFingerprint] { state.withLock { $0.issuers.map(\.key) } }

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
    public func answer(about certificate: Certificate) async throws(StoreFailure) -> SignedAnswer? {
        let issuer = state.withLock { $0.issuers.map(\.certificate).first { $0.subject == certificate.issuer } }
        guard let issuer, let question = StatusQuestion(about: certificate.serialNumber, from: issuer, nonce: nil),
            case .kept(let answer) = try await replyAskingStore(to: question.der)
        else { return nil }
        return answer
    }

    /// Nil: it is no question. Its keys are nil when it is about another issuer, or about those of several.
    private func asked(
        _ der: some Collection<UInt8>
    ) -> (question: PresentedQuestion, keys: [KeptAnswers.Key]?)? {
        guard let question = try? PresentedQuestion(der: der) else { return nil }
        let issuers = state.withLock { $0.issuers }
        for issuer in issuers {
            let keys = question.certificates.compactMap { identifier in
                issuer.digests.digest(of: identifier).map {
                    KeptAnswers.Key(issuer: issuer.number, serialNumber: identifier.serialNumber, digest: $0)
                }
            }
            if keys.count == question.certificates.count { return (question, keys) }
        }
        return (question, nil)
    }

    /// - Parameter unknown: certificates that there are not, which are not kept: there are more serial numbers than memory.
    private func reply(
        to question: PresentedQuestion, _ keys: [KeptAnswers.Key]?,
        beside unknown: [KeptAnswers.Key: AnsweredCertificate] = [:]
    ) -> ResponderReply? {
        // RFC 9919 §3.2.3: not signed, for everybody could have signed what costs nothing to ask.
        guard let keys, let number = keys.first?.issuer else { return .refused(.unauthorized) }
        let now = authority.now
        let known = state.withLock { state in
            (state.issuer(number), keys.map { state.kept[$0] })
        }
        // It may have become nobody's meanwhile.
        guard let issuer = known.0 else { return .refused(.unauthorized) }
        guard let signer = issuer.signer else { return .refused(.tryLater) }
        let isCurrent = isCurrent(issuer.followedAt, at: now)
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
        guard let answer = try? sign(zip(keys, certificates), question.nonce, from: issuer, by: signer, at: now) else {
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
        let (entry, issuer) = state.withLock { ($0.kept[key], $0.issuer(key.issuer)) }
        if let entry { return entry.certificate }
        guard let issuer, let signer = issuer.signer else { return nil }
        let found =
            try await store.standing(of: key.serialNumber, from: issuer.key)
            ?? AnsweredCertificate(standing: .unknown, notAfter: .distantFuture, changeCounter: 0)
        guard found.standing != .unknown else { return found }
        guard let answer = try? sign(zip([key], [found]), nil, from: issuer, by: signer, at: authority.now)
        else { return nil }
        keep(KeptAnswers.Entry(certificate: found, answer: answer), for: key)
        return found
    }

    /// What was found before the last change that is accounted for may be what has changed, unless it is still kept.
    private func keep(_ entry: KeptAnswers.Entry, for key: KeptAnswers.Key) {
        state.withLock { state in
            guard let issuer = state.issuer(key.issuer),
                entry.certificate.changeCounter >= issuer.changeCounter
                    || state.kept[key]?.certificate == entry.certificate
            else { return }
            state.kept.keep(entry, for: key)
        }
    }

    private func sign(
        _ certificates: Zip2Sequence<[KeptAnswers.Key], [AnsweredCertificate]>, _ nonce: StatusNonce?,
        from issuer: AnsweredIssuer, by signer: AnswerSigner, at now: Date
    ) throws(KeyFailure) -> SignedAnswer {
        let now = now.cutToSecond
        // Nobody believes a delegate after its own certificate has ended.
        let nextUpdate = min(now + schedule.life.wholeSeconds, signer.certificate.notAfter)
        let statuses = certificates.map { key, certificate in
            AnswerTemplate.Status(
                issuer.digests.identifier(of: key.serialNumber, by: key.digest), certificate.standing, thisUpdate: now,
                nextUpdate: nextUpdate,
                // RFC 6960 §4.4.4: nothing is ever forgotten here, so it is known since the issuer began.
                archiveCutoff: certificate.notAfter < now ? issuer.certificate.notBefore : nil)
        }
        return try signer.sign(
            AnswerTemplate(responderKeyHash: signer.keyHash, producedAt: now, statuses: statuses, nonce: nonce))
    }
}

// MARK: - Keeping it as it should be

extension Responder {
    /// Forgets what was revoked or released since the last call, and renews certificates of its own that are due.
    public func follow() async throws(ResponderFailure) {
        var failure: ResponderFailure?
        do throws(StoreFailure) {
            try await followIssuers()
        } catch {
            failure = .store(error)
        }
        for issuer in state.withLock({ $0.issuers }) {
            do throws(ResponderFailure) {
                try await follow(issuer)
            } catch {
                failure = failure ?? error
            }
        }
        if let failure { throw failure }
    }

    private func follow(_ issuer: AnsweredIssuer) async throws(ResponderFailure) {
        let found: AnswerChanges
        do throws(StoreFailure) {
            found = try await store.changes(of: issuer.key, after: issuer.changeCounter, atMost: Self.mostChanges)
        } catch {
            throw .store(error)
        }
        let now = authority.now
        state.withLock { state in
            guard let index = state.index(of: issuer.number) else { return }
            if found.changeCounter > state.issuers[index].changeCounter {
                if let changed = found.changed {
                    changed.forEach { state.kept.forget($0, from: issuer.number) }
                } else {
                    state.kept.forgetAll(from: issuer.number)
                }
                state.issuers[index].changeCounter = found.changeCounter
            }
            state.issuers[index].followedAt = now
        }
        let certificate = issuer.signer?.certificate
        guard certificate.map({ schedule.isRenewalDue($0, from: issuer.certificate, at: now) }) ?? true else { return }
        if let refused = issuer.refused, now < refused.until { throw refused.0 }
        do throws(ResponderFailure) {
            try await renew(issuer)
        } catch {
            let until = now + schedule.pause(with: certificate)
            change(issuer) { $0.refused = (error, until) }
            throw error
        }
    }

    private func change(_ issuer: AnsweredIssuer, _ body: (inout AnsweredIssuer) -> Void) {
        state.withLock { state in
            if let index = state.index(of: issuer.number) { body(&state.issuers[index]) }
        }
    }

    /// The active issuing authority, and those that it took the place of: each while one of its certificates lives and its key is
    /// here. Who has the key elsewhere answers there.
    private func followIssuers() async throws(StoreFailure) {
        let now = authority.now
        let active = authority.signingIssuer
        let former = authority.allIssuers.filter { $0.role == .issuing && $0.state == .superseded }.map(\.key)
        let (known, looked) = state.withLock { ($0.issuers, $0.former) }
        guard known.first?.key != active.key || looked.keys != former || now >= looked.until else { return }
        var wanted = [active]
        for key in former {
            guard try await store.lives(below: key, at: now) else { continue }
            if let issuer = known.first(where: { $0.key == key })?.issuer {
                wanted.append(issuer)
            } else if let issuer = try? await authority.signingIssuer(key) {
                wanted.append(issuer)
            }
        }
        state.withLock { state in
            state.issuers = wanted.compactMap { issuer in
                if let known = state.issuers.first(where: { $0.key == issuer.key }) { return known }
                defer { state.made += 1 }
                return AnsweredIssuer(issuer, number: state.made)
            }
            state.former = (former, now + Self.lookAgain)
        }
    }

    /// Seconds until the former issuing authorities are looked at again: what ends is no hurry.
    private static let lookAgain: TimeInterval = 60

    private func renew(_ issuer: AnsweredIssuer) async throws(ResponderFailure) {
        let key = SigningKey.make(.p256)
        let issued: IssuedCertificate
        do throws(IssuanceFailure) {
            issued = try await authority.issueForResponder(key.publicKey, below: issuer.issuer, actor: "authority")
        } catch {
            throw .issuance(error)
        }
        let signer = AnswerSigner(issued.certificate, key: key)
        change(issuer) { ($0.signer, $0.refused) = (signer, nil) }
    }

    /// How it stands: for alarms, metrics and health.
    public var standing: ResponderStanding {
        let now = authority.now
        return state.withLock { state in
            ResponderStanding(
                certificateEnds: state.issuers.first?.signer?.certificate.notAfter, kept: state.kept.count,
                isLate: state.issuers.contains { isLate($0, at: now) })
        }
    }

    private func isLate(_ issuer: AnsweredIssuer, at now: Date) -> Bool {
        guard isCurrent(issuer.followedAt, at: now), let ends = issuer.signer?.certificate.notAfter else { return true }
        // Of a former issuing authority the delegate that ends with it is the last one.
        guard issuer.key == authority.key || ends + 1 < issuer.certificate.notAfter else { return false }
        return schedule.isLate(certificateEnding: ends, at: now)
    }
}

/// How a responder stands.
public struct ResponderStanding: Equatable, Sendable {
    /// By which it answers for the active issuing authority. Nil: it has none, and answers nobody.
    public let certificateEnds: Date?
    /// How many answers are kept.
    public let kept: Int
    /// It has not heard of the store, or its certificate should have been renewed long ago.
    public let isLate: Bool
}
