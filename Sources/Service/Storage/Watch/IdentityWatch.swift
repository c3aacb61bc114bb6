public import Foundation
public import SymbolonKeys
import Synchronization

/// Holds an end's identity and takes a new one when its files change; what cannot be used leaves the old one in place.
public final class IdentityWatch: Sendable {
    public enum Outcome: Sendable {
        case unchanged
        case replaced(StoredIdentity)
        /// The files changed and are not a whole identity: an alarm for the operator, nothing for the peers.
        case kept(StoredIdentity, because: IdentityFailure)
    }

    private let source: IdentitySource
    private let passphrase: Passphrase?
    private let now: @Sendable () -> Date
    private let state: Mutex<State>

    private struct State {
        var identity: StoredIdentity
        var files: FileWatch
    }

    /// Loads the identity; an end does not start without one.
    public init(
        _ source: IdentitySource, passphrase: Passphrase?, now: @escaping @Sendable () -> Date
    ) throws(IdentityFailure) {
        self.source = source
        self.passphrase = passphrase
        self.now = now
        // The stamps come first: a change while the files are read is then seen by the next look.
        let files = FileWatch(source.paths)
        let identity = try source.load(with: passphrase, at: now())
        state = Mutex(State(identity: identity, files: files))
    }

    public var identity: StoredIdentity { state.withLock(\.identity) }

    /// Looks once. Reads and opens files only after one of them changed.
    public func poll() -> Outcome {
        guard state.withLock({ !$0.files.poll().isEmpty }) else { return .unchanged }
        do {
            let next = try source.load(with: passphrase, at: now())
            state.withLock { $0.identity = next }
            return .replaced(next)
        } catch {
            return .kept(identity, because: error)
        }
    }

    /// Looks at each `interval` until the task is cancelled, and reports what is new.
    public func run(
        every interval: Duration = .milliseconds(100), on clock: some Clock<Duration> = ContinuousClock(),
        report: @Sendable (Outcome) async -> Void
    ) async {
        while !Task.isCancelled {
            let outcome = poll()
            if case .unchanged = outcome {} else { await report(outcome) }
            try? await clock.sleep(for: interval)
        }
    }
}
