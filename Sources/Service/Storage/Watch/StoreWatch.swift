public import Foundation
public import SymbolonAuthority
import Synchronization

/// Sees, from any process, that the authority's store changed.
public final class StoreWatch: Sendable {
    public enum Outcome: Equatable, Sendable {
        case unchanged
        /// Something was committed, and the change counter is as it was: what was revoked is the same.
        case committed
        /// The change counter's new value: something was revoked.
        case revoked(changeCounter: UInt64)
        /// The store cannot be looked at. Said once; looking goes on.
        case failed(StoreFailure)
    }

    private let eye: any StoreEye
    private let state: Mutex<State>

    private struct State {
        var changeCounter: UInt64
        /// A look has succeeded, so that a new connection is no news by itself.
        var hasLooked = false
        var failure: StoreFailure?
        var lookedAt: Date?

        mutating func outcome(_ glance: Glance) -> Outcome {
            failure = nil
            lookedAt = Date()
            defer { hasLooked = true }
            switch glance {
            case .still:
                return .unchanged
            case .opened(let counter), .committed(let counter), .asked(let counter):
                guard counter == changeCounter else {
                    changeCounter = counter
                    return .revoked(changeCounter: counter)
                }
                if case .asked = glance { return .unchanged }
                return hasLooked ? .committed : .unchanged
            }
        }
    }

    /// - Parameter changeCounter: the value that the caller has acted on; what differs from it is told by the first
    ///   look.
    public init(_ store: AuthorityDatabase, changeCounter: UInt64) {
        eye = store.engine.makeEye()
        state = Mutex(State(changeCounter: changeCounter))
    }

    /// When the store could be looked at last; nil: not yet.
    public var lookedAt: Date? { state.withLock { $0.lookedAt } }

    /// Looks once.
    public func poll() async -> Outcome {
        do throws(StoreFailure) {
            let glance = try await eye.look()
            return state.withLock { $0.outcome(glance) }
        } catch {
            return state.withLock { state in
                guard error != state.failure else { return .unchanged }
                state.failure = error
                return .failed(error)
            }
        }
    }

    /// Looks at each `interval` until the task is cancelled, and reports what is new.
    public func run(
        every interval: Duration = .milliseconds(100), on clock: some Clock<Duration> = ContinuousClock(),
        report: @Sendable (Outcome) async -> Void
    ) async {
        while !Task.isCancelled {
            let outcome = await poll()
            if outcome != .unchanged { await report(outcome) }
            try? await clock.sleep(for: interval)
        }
    }
}
