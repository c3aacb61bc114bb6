import Foundation
import SymbolonAdministration
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonProxy
import SymbolonRevocation
import SymbolonStorage
import SymbolonVerification

/// Finding an identity at the start, making it where that is ours to do, and renewing it in time.
extension TrustKeeper {
    /// Loads the identity for an end, and keeps an eye on it from then on. One that is missing from a home with an
    /// authority is issued.
    func hold(_ source: IdentitySource, for role: EndRole) async throws {
        if let held = identities[source] {
            if let fault = UnfitIdentity(held.stored.leaf, as: role, at: Date()) { throw Complaint(source, fault) }
            return
        }
        if case .home(_, let name) = source { try await provide(name, for: role) }
        var held = try HeldIdentity(watch(source))
        if case .home = source, case .expired = UnfitIdentity(held.stored.leaf, as: role, at: Date()),
            let home, await home.canRenew(held.stored)
        {
            let renewed = try await home.renew(held.stored)
            report.tell(.identity(.renewed, renewed))
            held = try HeldIdentity(watch(source))
        }
        if let fault = UnfitIdentity(held.stored.leaf, as: role, at: Date()) { throw Complaint(source, fault) }
        if let revoked = revocation(of: held.stored) {
            throw Complaint(
                what: "identity \(held.stored.name) is revoked, and no peer would believe it",
                why: "\(revoked.reason.rawValue), since \(Moment.text(revoked.since))",
                mend: "if it may go on, issue it anew: symbolon identity issue \(held.stored.name)"
                    + " --profile \(role.profile)")
        }
        held.schedule = await schedule(of: held.stored, source)
        if held.schedule != nil, home?.isToldWhen(held.stored) == true { held.askAt = Date() }
        identities[source] = held
    }

    private func provide(_ name: IdentityName, for role: EndRole) async throws {
        guard let home, !FileManager.default.fileExists(atPath: home.folder.identityFile(name)) else { return }
        guard home.authority != nil else {
            throw Complaint(
                what: "there is no identity \(name) in \(home.folder.path)",
                why: home.paired == nil
                    ? "there is no authority either, which could issue it"
                    : "the authority that this machine was paired with gives out what an operator there invites",
                mend: home.paired == nil
                    ? "make one: symbolon up --home \(home.folder.path); or name --certificate, --key and --anchors"
                    : "there: symbolon invite \(name); here: symbolon pair CODE@HOST", exit: .undecided)
        }
        report.tell(.identity(.issued, try await home.issue(name, for: role)))
    }

    private func watch(_ source: IdentitySource) throws -> IdentityWatch {
        do {
            return try IdentityWatch(source, passphrase: passphrase, now: { Date() })
        } catch {
            throw Complaint(source, error)
        }
    }

    // MARK: Changes

    func identityChanged(_ source: IdentitySource, _ outcome: IdentityWatch.Outcome) async {
        switch outcome {
        case .unchanged: break
        case .replaced(let next): await take(next, source)
        case .kept(_, let failure): setAlarm(failure.explanation, source)
        }
    }

    private func take(_ next: StoredIdentity, _ source: IdentitySource) async {
        for role in roles(of: source) {
            if let fault = UnfitIdentity(next.leaf, as: role, at: Date()) {
                return setAlarm(fault.explanation, source)
            }
        }
        do {
            try requireRevocation(of: next, source)
            try identities[source]?.take(next)
        } catch {
            return setAlarm(ExplainedError.text(error), source)
        }
        publish(to: source)
        report.tell(.identity(.replaced, next))
        let schedule = await schedule(of: next, source)
        guard let held = identities[source], held.stored.leaf == next.leaf else { return }
        identities[source]?.schedule = schedule
        if schedule != nil, home?.isToldWhen(next) == true {
            identities[source]?.askAt = Date() + held.askingPause
        }
    }

    private func setAlarm(_ failure: String, _ source: IdentitySource) {
        // 500 ms: two files of one set are put down within milliseconds of each other.
        identities[source]?.alarm = (failure, due: Date() + 0.5)
    }

    /// When this identity is to be renewed; nil where that is not ours to do.
    private func schedule(of identity: StoredIdentity, _ source: IdentitySource) async -> RenewalSchedule? {
        guard case .home = source, let home, await home.canRenew(identity) else { return nil }
        let life = CertificateLife(of: identity.leaf)
        var random = SystemRandomNumberGenerator()
        return RenewalSchedule(
            of: life, suggestion: await home.knownWindow(of: identity), at: Date(), using: &random)
    }

    /// What an issuing authority that was compromised has signed is renewed now: an authority elsewhere is asked when, the one
    /// here would say at once.
    func hastenRenewals() async {
        guard let home else { return }
        let replacements = await home.replacements()
        guard !replacements.isEmpty else { return }
        let held = identities.filter { $0.value.schedule != nil && !$0.value.isRevoked }.mapValues(\.stored)
        for (source, identity) in held {
            guard let key = identity.issuingKey, let end = replacements[key.description] else { continue }
            hastenRenewal(of: source, before: end)
        }
    }

    private func hastenRenewal(of source: IdentitySource, before end: Date) {
        let now = Date()
        if identities[source]?.askAt != nil {
            identities[source]?.askAt = now
        } else if let window = RenewalWindow(start: now, end: now + max(1, end.timeIntervalSince(now) / 8)) {
            var random = SystemRandomNumberGenerator()
            identities[source]?.schedule?.suggest(window, at: now, using: &random)
        }
    }

    // MARK: What time brings

    /// What is due: each is work of its own, so that a slow authority holds up nothing else.
    enum Due: Sendable {
        case renewal(StoredIdentity, IdentitySource)
        /// To the authority.
        case questions([(StoredIdentity, IdentitySource)])
        /// To the ACME server that it came from.
        case question(StoredIdentity, IdentitySource)
        /// To the responder that its certificate names.
        case staple(StoredIdentity, IdentitySource)
    }

    /// How many renewals of one process are under way at once. 16: more than two processors and an authority are quick
    /// with, and hundreds of identities that are due together leave room for handshakes.
    static let mostRenewals = 16

    /// Tells alarms that are due, and gives what is to be renewed or asked for.
    func tick() async -> [Due] {
        if isRevocationPending { await refreshRevocation() }
        await lookAtSilence()
        endWhatIsOver()
        let now = Date()
        var (questions, renewals): ([(StoredIdentity, IdentitySource)], [(StoredIdentity, IdentitySource)]) = ([], [])
        var toServers: [Due] = []
        for (source, held) in identities {
            if let alarm = held.alarm, alarm.due <= now {
                identities[source]?.alarm = nil
                report.warn(
                    held.stored.name.description, "the new identity cannot be used; the one before stays in force",
                    why: alarm.failure,
                    mend: "put certificate, key and anchors right; they are read again when they change")
            }
            if let askAt = held.askAt, askAt <= now {
                let isObtained = home?.isObtained(held.stored) == true
                if isObtained || !isAsking { identities[source]?.askAt = now + held.askingPause }
                if held.isRevoked || now > held.stored.leaf.notAfter {
                    // What is over is renewed, or not, without anybody's advice.
                } else if isObtained {
                    toServers.append(.question(held.stored, source))
                } else if !isAsking {
                    questions.append((held.stored, source))
                }
            }
            if let stapleAt = held.stapleAt, stapleAt <= now, roles(of: source).contains(.protect) {
                // Until the answer is there.
                identities[source]?.stapleAt = now + Stapler.longest
                toServers.append(.staple(held.stored, source))
            }
            if let schedule = held.schedule, schedule.next <= now, !held.isRenewing, !held.isRevoked {
                renewals.append((held.stored, source))
            }
        }
        if !questions.isEmpty { isAsking = true }
        let free = Self.mostRenewals - identities.values.count { $0.isRenewing }
        // Nearest to expiry first, as the authority lets them in.
        let next = renewals.sorted { $0.0.leaf.notAfter < $1.0.leaf.notAfter }.prefix(free)
        for (_, source) in next { identities[source]?.isRenewing = true }
        return next.map { .renewal($0, $1) } + toServers + (questions.isEmpty ? [] : [.questions(questions)])
    }

    func attend(to due: Due) async {
        switch due {
        case .renewal(let identity, let source): await renew(identity, source)
        case .questions(let questions): await ask(questions)
        case .question(let identity, let source): await askServer(identity, source)
        case .staple(let identity, let source): await staple(identity, source)
        }
    }

    /// The watch sees the new file and puts it in force, as it would one that the operator put there.
    private func renew(_ identity: StoredIdentity, _ source: IdentitySource) async {
        guard let home else { return }
        defer { identities[source]?.isRenewing = false }
        do {
            let renewed = try await home.renew(identity)
            // Until the watch has seen it, nothing is due.
            if identities[source]?.stored.leaf == identity.leaf { identities[source]?.schedule = nil }
            report.tell(.identity(.renewed, renewed))
        } catch {
            guard identities[source]?.stored.leaf == identity.leaf else { return }
            let failure = error as? AdministrationFailure
            let retryAfter =
                failure?.retryAfter.map(TimeInterval.init) ?? (error as? ACMEClientFailure)?.retryAfter
            var random = SystemRandomNumberGenerator()
            identities[source]?.schedule?.failed(at: Date(), retryAfter: retryAfter, using: &random)
            guard let schedule = identities[source]?.schedule, schedule.isWorthTelling else { return }
            let left = schedule.life.left(at: Date())
            report.tell(
                .renewalFailed(
                    identity, failures: schedule.failures, secondsLeft: left, next: schedule.next,
                    why: failure.map { [$0.what, $0.why].compactMap(\.self).joined(separator: ": ") }
                        ?? ExplainedError.text(error)))
        }
    }

    /// When the authority would have these renewed: one after the other, over one connection.
    private func ask(_ questions: [(StoredIdentity, IdentitySource)]) async {
        defer { isAsking = false }
        for (identity, source) in questions {
            guard let paired = home?.paired, let asker = witness(preferring: nil) else { return }
            do throws(AdministrationFailure) {
                let window = try await paired.window(of: identity, askedBy: asker)
                guard identities[source]?.stored.leaf == identity.leaf else { continue }
                var random = SystemRandomNumberGenerator()
                identities[source]?.schedule?.suggest(window, at: Date(), using: &random)
            } catch {
                // That it cannot be asked is told by what listens to it, and no other of these would fare better.
                guard error.isAnswer else { return }
            }
        }
    }

    /// When the ACME server that it came from would have this one renewed.
    private func askServer(_ identity: StoredIdentity, _ source: IdentitySource) async {
        // That it cannot be asked is told by the renewal that fails.
        guard let answer = try? await home?.obtainedWindow(of: identity) else { return }
        guard identities[source]?.stored.leaf == identity.leaf else { return }
        var random = SystemRandomNumberGenerator()
        identities[source]?.schedule?.suggest(answer.window, at: Date(), using: &random)
        // RFC 9773 §4.3.2, §4.3.3: not before the server says, and within a minute and a day.
        if let pause = answer.askAgainAfter { identities[source]?.askAt = Date() + min(86_400, max(60, pause)) }
    }
}

extension EndRole {
    /// The profile of an identity that this end can prove itself with.
    var profile: String { self == .protect ? "service" : "client" }
}
