public import Foundation
internal import SymbolonWire

/// What a clock says, and whether it is believed.
public enum ClockReading: Hashable, Sendable {
    case sure(Date)
    /// The clock has been set, forward or back, by more than is plausible.
    case doubtful(Date)

    public var isDoubtful: Bool { if case .doubtful = self { true } else { false } }
}

extension ClockReading {
    /// As the clock says, believed or not.
    public var date: Date {
        switch self {
        case .sure(let date), .doubtful(let date): date
        }
    }
}

/// Tells a clock that was set from one that ran: the time of day beside a clock that nobody sets.
///
/// Doubt lasts until the time of day is again where it should be, or the process is started anew: whoever can set the clock
/// must not be able to wait the doubt out.
public struct PlausibleClock: Sendable {
    /// 60 s either way: more than a clock that is disciplined is ever off, and too little to reach into another window.
    public static let window: Double = 60

    private let start: Date
    private let steadyStart: Duration

    /// - Parameter steady: of a clock that nobody sets, from any beginning; it goes on while the machine sleeps.
    public init(at start: Date, steady: Duration) {
        self.start = start
        steadyStart = steady
    }

    public func reading(of date: Date, steady: Duration) -> ClockReading {
        let passed = (steady - steadyStart).inSeconds
        let isPlausible = abs(date.timeIntervalSince(start) - passed) <= Self.window
        return isPlausible ? .sure(date) : .doubtful(date)
    }
}
