internal import NIOCore

/// When an end turns newcomers away because more come than it can serve, and when no more. Pure.
///
///     serving ──for `spell` some wait longer than `patience`──▶ turning away ──for `spell` none does──▶ serving
///
/// One who waited little says nothing alone: whom the kernel's queue had no room for comes again later, and seems new.
///
/// Whoever waited long goes away soon, and what was done for it is lost: an end that takes all in turn then serves nobody. So
/// those who waited longer than `patience` are turned away before a byte of theirs is read, and those behind them are served in
/// time. A rush that is over within the spell is served, however long it waits.
struct Overload {
    enum Change: Equatable {
        /// - Parameter waiting: of the newcomer with whom it began.
        case began(waiting: TimeAmount)
        case ended(turnedAway: UInt64)
    }

    /// Asking how long a newcomer waited costs a system call: while all is well, one in so many is asked.
    private static let stride: UInt64 = 16

    private let patience: TimeAmount
    private let spell: TimeAmount
    private var count: UInt64 = 0
    /// Since when they wait too long, and when one last did.
    private var since: NIODeadline?
    private var last: NIODeadline?
    private var isTurningAway = false
    private var turnedAway: UInt64 = 0

    init(patience: TimeAmount, spell: TimeAmount) {
        self.patience = patience
        self.spell = spell
    }

    /// A newcomer is there. Returns whether `judge` is to be asked about it.
    mutating func arrive() -> Bool {
        count &+= 1
        return since != nil || count % Self.stride == 0
    }

    /// Whether to turn a newcomer away that has waited so long, and what there is to tell.
    mutating func judge(waited: TimeAmount, at now: NIODeadline) -> (turnAway: Bool, Change?) {
        guard waited >= patience else {
            guard let last, waited < patience / 2, now - last >= (isTurningAway ? spell : patience) else {
                return (false, nil)
            }
            return (false, relieve())
        }
        let began = since ?? now
        since = began
        last = now
        guard isTurningAway || now - began >= spell else { return (false, nil) }
        turnedAway += 1
        defer { isTurningAway = true }
        return (true, isTurningAway ? nil : .began(waiting: waited))
    }

    /// They waited for another reason, which is over. Returns what there is to tell.
    mutating func relieve() -> Change? {
        (since, last) = (nil, nil)
        guard isTurningAway else { return nil }
        defer { turnedAway = 0 }
        isTurningAway = false
        return .ended(turnedAway: turnedAway)
    }
}

extension TimeAmount {
    fileprivate static func / (left: TimeAmount, right: Int64) -> TimeAmount { .nanoseconds(left.nanoseconds / right) }
}
