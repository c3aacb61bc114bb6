public import Foundation
public import SymbolonAuthority

/// Tells operators which ends there are, what they have confirmed, and who has not.
public struct EndDesk: Sendable {
    /// Between two looks at the store while somebody waits: what ends say comes within a quarter of a second.
    private static let interval: Duration = .milliseconds(20)

    let store: any AuthorityStore & EndLedger
    let clock: @Sendable () -> Date

    public init(store: any AuthorityStore & EndLedger, clock: @escaping @Sendable () -> Date) {
        self.store = store
        self.clock = clock
    }

    func list() async throws(AdministrationFailure) -> EndList {
        let now = clock()
        do {
            let standings = try await store.endStandings()
            return EndList(
                changeCounter: try await store.changeCounter(), live: standings.count { $0.isLive(at: now) },
                ends: standings.prefix(EndList.most).map { ListedEnd($0, at: now) })
        } catch {
            throw AdministrationFailure(error)
        }
    }

    /// The live ends that have not confirmed a version, when there are none any more or the patience is at its end.
    func list(behind version: UInt64, waiting patience: Duration) async throws(AdministrationFailure) -> EndList {
        let end = ContinuousClock.now + patience
        do {
            var now = clock()
            var behind = try await store.ends(behind: version, at: now)
            while !behind.isEmpty, ContinuousClock.now < end, !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                now = clock()
                behind = try await store.ends(behind: version, at: now)
            }
            return EndList(
                changeCounter: try await store.changeCounter(), live: try await store.liveEndCount(at: now),
                ends: behind.prefix(EndList.most).map { ListedEnd($0, at: now) })
        } catch {
            throw AdministrationFailure(error)
        }
    }
}
