import Foundation
import SymbolonCertificates
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
        if let revoked = revocation(of: held.stored.leaf) {
            throw Complaint(
                what: "identity \(held.stored.name) is revoked, and no peer would believe it",
                why: "\(revoked.reason.rawValue), since \(Moment.text(revoked.since))",
                mend: "if it may go on, issue it anew: symbolon identity issue \(held.stored.name)"
                    + " --profile \(role.profile)")
        }
        held.renewAt = await renewalTime(of: held.stored, source)
        identities[source] = held
    }

    private func provide(_ name: IdentityName, for role: EndRole) async throws {
        guard let home, !FileManager.default.fileExists(atPath: home.folder.identityFile(name)) else { return }
        guard home.authority != nil else {
            throw Complaint(
                what: "there is no identity \(name) in \(home.folder.path)",
                why: "there is no authority either, which could issue it",
                mend: "make one: symbolon up --home \(home.folder.path); or name --certificate, --key and --anchors",
                exit: .undecided)
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
        let renewAt = await renewalTime(of: next, source)
        if identities[source]?.stored.leaf == next.leaf { identities[source]?.renewAt = renewAt }
    }

    private func setAlarm(_ failure: String, _ source: IdentitySource) {
        // 500 ms: two files of one set are put down within milliseconds of each other.
        identities[source]?.alarm = (failure, due: Date() + 0.5)
    }

    private func renewalTime(of identity: StoredIdentity, _ source: IdentitySource) async -> Date? {
        guard case .home = source, let home, await home.canRenew(identity) else { return nil }
        return HeldIdentity.renewalTime(of: identity.leaf)
    }

    // MARK: What time brings

    /// Tells alarms that are due, and renews what is due.
    func tick() async {
        if isRevocationPending { await refreshRevocation() }
        endWhatIsOver()
        let now = Date()
        for (source, held) in identities {
            if let alarm = held.alarm, alarm.due <= now {
                identities[source]?.alarm = nil
                report.warn(
                    held.stored.name.description, "the new identity cannot be used; the one before stays in force",
                    why: alarm.failure,
                    mend: "put certificate, key and anchors right; they are read again when they change")
            }
            if let renewAt = held.renewAt, renewAt <= now { await renew(held.stored, source) }
        }
    }

    /// The watch sees the new file and puts it in force, as it would one that the operator put there.
    private func renew(_ identity: StoredIdentity, _ source: IdentitySource) async {
        guard let home else { return }
        identities[source]?.renewAt = nil
        do {
            report.tell(.identity(.renewed, try await home.renew(identity)))
        } catch {
            guard identities[source]?.stored.leaf == identity.leaf else { return }
            identities[source]?.renewAt = HeldIdentity.retryTime(of: identity.leaf, after: Date())
            report.warn(
                identity.name.description, "identity \(identity.name) is not renewed yet; it is tried again",
                why: ExplainedError.text(error), mend: "it ends on \(Moment.text(identity.leaf.notAfter))")
        }
    }
}

extension EndRole {
    /// The profile of an identity that this end can prove itself with.
    var profile: String { self == .protect ? "service" : "client" }
}
