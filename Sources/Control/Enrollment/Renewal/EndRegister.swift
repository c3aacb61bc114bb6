public import Foundation
public import SymbolonAuthority

/// Notes for all nodes what the ends that speak to this one have put in force.
///
/// What is new is written at once, together with all that waits; that an end still lives, after a third of its promise, or
/// has more connections or fewer, with others. So ten thousand quiet ends cost a transaction each five seconds, and no write an answer.
public actor EndRegister {
    private struct Key: Hashable {
        let identity: String
        let end: EndID
    }

    /// How long signs of life gather. 5 s: little of the shortest promise that our own ends give.
    private static let gathering: Duration = .seconds(5)
    /// In one transaction, so that others' writes come in between. 500: some milliseconds.
    private static let mostTogether = 500

    private let ledger: any EndLedger
    private let clock: @Sendable () -> Date
    private var noted: [Key: EndStanding] = [:]
    private var waiting: [Key: EndConfirmation] = [:]
    private var isWriting = false
    private var gatherer: Task<Void, Never>?
    private var forgotAt: Date

    public init(_ ledger: any EndLedger, clock: @escaping @Sendable () -> Date) {
        self.ledger = ledger
        self.clock = clock
        forgotAt = clock()
    }

    /// What an end has said now.
    public func heard(_ confirmation: EndConfirmation) async {
        let standing = confirmation.standing
        let key = Key(identity: standing.identity, end: standing.end)
        let before = waiting[key]?.standing ?? noted[key]
        if let before, before.confirmed == standing.confirmed, before.name == standing.name,
            before.kind == standing.kind, before.promise == standing.promise
        {
            guard standing.heardAt >= before.heardAt + standing.promise / 3 || standing.live != before.live else {
                return
            }
            waiting[key] = confirmation
            return gather()
        }
        waiting[key] = confirmation
        await write()
    }

    /// It has stopped in good order.
    public func left(_ end: EndID, of identity: String) async throws(StoreFailure) {
        let key = Key(identity: identity, end: end)
        waiting[key] = nil
        noted[key] = nil
        try await ledger.forget(end, of: identity)
    }

    private func gather() {
        guard gatherer == nil, !isWriting else { return }
        gatherer = Task {
            try? await Task.sleep(for: Self.gathering)
            await self.writeGathered()
        }
    }

    private func writeGathered() async {
        gatherer = nil
        await write()
    }

    /// One writer at a time; what comes while it writes is its next transaction.
    private func write() async {
        guard !isWriting else { return }
        isWriting = true
        defer { isWriting = false }
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.mostTogether))
            for (key, _) in batch { waiting[key] = nil }
            await write(batch)
        }
        await forgetTheSilent()
    }

    private func write(_ batch: [(key: Key, value: EndConfirmation)]) async {
        do throws(StoreFailure) {
            try await ledger.note(batch.map(\.value))
            for (key, confirmation) in batch { noted[key] = confirmation.standing }
        } catch {
            // What could not be noted is noted when it is said again.
            for (key, _) in batch { noted[key] = nil }
            // One that is refused keeps no other out.
            guard batch.count > 1, case .forbidden = error else { return }
            for one in batch { await write([one]) }
        }
    }

    /// Once an hour.
    private func forgetTheSilent() async {
        let now = clock()
        guard now >= forgotAt + 3600 else { return }
        forgotAt = now
        noted = noted.filter { $0.value.isLive(at: now) }
        try? await ledger.forgetEnds(silentSince: now - EndStanding.memory)
    }
}
