public import Foundation
import Synchronization

/// A clock that stands still until it is moved. Starts at ``noon``.
public final class ManualClock: Sendable {
    private let moment: Mutex<Date>

    public init(_ start: Date = noon) {
        moment = Mutex(start)
    }

    public var now: Date { moment.withLock { $0 } }

    public func set(_ date: Date) {
        moment.withLock { $0 = date }
    }

    /// Moves by seconds, back when negative.
    public func advance(by seconds: TimeInterval) {
        moment.withLock { $0 += seconds }
    }
}
