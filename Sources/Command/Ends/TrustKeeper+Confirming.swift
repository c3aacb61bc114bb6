import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonProxy
import SymbolonStorage

/// Telling the authority what is in force here: in the questions to one elsewhere, and in the store of one in this home.
extension TrustKeeper {
    /// What was said last to the store of this home.
    struct ToldHere {
        var ledger: AuthorityDatabase?
        var confirmed: UInt64?
        var live: UInt64 = 0
        var countedAt = Date.distantPast
        var at = Date.distantPast
        var hasFailed = false
    }

    /// How often it is said that this end still lives: a third of the promise.
    private static let livingPause = TimeInterval(PairedLink.promise) / 3
    /// How often more or fewer connections are worth saying. 5 s: a dry run shows them.
    private static let countingPause: TimeInterval = 5

    /// What this process says of itself: the version that all of its ends judge by, once each has closed what it closes. Nil
    /// where it has no ends.
    func words() async -> PairedLink.Words? {
        guard let place, let confirmed = kept.map(\.epoch).min() else { return nil }
        let ends = kept.map(\.end)
        for end in ends { await end.settled() }
        let counts = await liveConnections(ends)
        return PairedLink.Words(
            end: place.end, name: name(of: ends), confirmed: confirmed, connections: counts.values.reduce(0, +),
            serials: Dictionary(uniqueKeysWithValues: counts.map { ($0.key.description, $0.value) }))
    }

    private func liveCount() async -> UInt64 {
        var count: UInt64 = 0
        for end in kept.map(\.end) { count += await end.counters().live }
        return count
    }

    private func liveConnections(_ ends: [RunningEnd]) async -> [SerialNumber: Int] {
        var counts: [SerialNumber: Int] = [:]
        for end in ends { counts.merge(await end.liveSerials(), uniquingKeysWith: +) }
        return counts
    }

    /// `web (protect), ledger (reach) on HOST`, as far as it fits.
    private func name(of ends: [RunningEnd]) -> String {
        let host = ProcessInfo.processInfo.hostName
        var shown: [String] = []
        for end in ends {
            let next = "\(end.name) (\(end.role.rawValue))"
            let rest = ends.count - shown.count
            guard (shown + [next]).joined(separator: ", ").utf8.count + host.utf8.count < EndStanding.longestName - 24
            else {
                return shown.joined(separator: ", ") + " and \(rest) more on \(host)"
            }
            shown.append(next)
        }
        return shown.joined(separator: ", ") + " on \(host)"
    }

    // MARK: An authority in this home

    /// Writes down what is in force, when that is news, and now and then that this end still lives.
    func confirmHere() async {
        let now = Date()
        guard let home, home.authority != nil, let confirmed = kept.map(\.epoch).min() else { return }
        var isNews = confirmed != told.confirmed || now >= told.at + Self.livingPause
        if !isNews, now >= told.countedAt + Self.countingPause {
            told.countedAt = now
            isNews = await liveCount() != told.live
        }
        guard isNews else { return }
        // What cannot be written is tried again, not ten times a second.
        if told.hasFailed, now < told.at + 5 { return }
        told.at = now
        guard let words = await words() else { return }
        do {
            let ledger = try await ledger(of: home)
            try await ledger.note([words.confirmation(of: LocalAuthority.actor, at: now)])
            told.confirmed = words.confirmed
            told.live = UInt64(words.connections)
            told.hasFailed = false
        } catch {
            if !told.hasFailed {
                report.warn(
                    nil, "what is in force at this end cannot be noted in the store, so that nobody can count on it",
                    why: ExplainedError.text(error))
            }
            told.hasFailed = true
        }
    }

    private func ledger(of home: EndsHome) async throws -> AuthorityDatabase {
        if let ledger = told.ledger { return ledger }
        let opened = try await AuthorityDatabase.open(home.folder.store())
        told.ledger = opened
        return opened
    }

    /// The ends have stopped: nobody waits for them any more.
    func leave() async {
        guard let place else { return }
        if let paired = home?.paired {
            guard let witness = witness(preferring: nil) else { return }
            await Farewell.say { await paired.leave(place.end, as: witness) }
        } else {
            // Where it cannot be said, the silence says it.
            try? await told.ledger?.forget(place.end, of: LocalAuthority.actor)
        }
    }
}

extension PairedLink.Words {
    fileprivate func confirmation(of user: String, at now: Date) -> EndConfirmation {
        let most = serials.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            .prefix(EndConfirmation.mostSerials)
        return EndConfirmation(
            EndStanding(
                end: end, identity: user, certificate: nil, kind: .ends, name: name,
                promise: TimeInterval(PairedLink.promise), confirmed: confirmed ?? 0, confirmedAt: now, heardAt: now,
                live: connections), connections: Dictionary(uniqueKeysWithValues: most.map { ($0.key, $0.value) }))
    }
}
