public import Foundation

/// When a holder renews its certificate, and when it tries again: pure, the clock and the chance are passed in.
///
/// ```text
///   waiting ── next is reached ──→ try ──→ renewed: a new schedule for the new certificate
///      ↑                            │
///      └── failed: next is later ───┘      sooner and sooner as the end comes near
/// ```
public struct RenewalSchedule: Equatable, Sendable {
    public let life: CertificateLife
    /// The next try.
    public private(set) var next: Date
    /// Tries that failed, one after the other.
    public private(set) var failures = 0
    /// What the authority suggested last.
    private var suggestion: RenewalWindow?

    /// Between two tries lies a second at least: many ends that are out of luck together are no storm.
    public static let shortestPause: TimeInterval = 1
    /// And an hour at most: an authority that is back is found while there is time.
    public static let longestPause: TimeInterval = 3600
    /// How far apart those are spread who find themselves overdue: after a long night for the machine or the authority,
    /// they all do at once.
    public static let overdueSpread: TimeInterval = 60

    /// - Parameter suggestion: the window that the authority suggests, if it was heard.
    public init(
        of life: CertificateLife, suggestion: RenewalWindow? = nil, at now: Date,
        using random: inout some RandomNumberGenerator
    ) {
        self.life = life
        self.suggestion = suggestion
        let uninformed = life.uninformedWindow?.moment(using: &random) ?? life.end
        // A suggestion can bring it forward and never put it off: who suggests too late a day lets nobody lapse.
        next = min(uninformed, suggestion?.moment(using: &random) ?? uninformed)
        spreadWhenOverdue(at: now, using: &random)
    }

    /// The authority suggests a window. The same one again changes nothing, so that asking often does not draw often.
    public mutating func suggest(
        _ window: RenewalWindow, at now: Date, using random: inout some RandomNumberGenerator
    ) {
        guard window != suggestion else { return }
        suggestion = window
        // After a failure the pauses decide: a suggestion heard while the authority is overrun must not shorten them.
        guard failures == 0 else { return }
        let moment = window.moment(using: &random)
        guard moment < next else { return }
        next = moment
        spreadWhenOverdue(at: now, using: &random)
    }

    /// RFC 9773 §4.2: one whose time has passed renews at once; here within what its neighbours can bear.
    private mutating func spreadWhenOverdue(at now: Date, using random: inout some RandomNumberGenerator) {
        guard next <= now else { return }
        let spread = min(Self.overdueSpread, max(0, life.left(at: now) / 10))
        next = now + spread * Double.random(in: 0...1, using: &random)
    }

    /// A try failed: a pause that doubles, full jitter over it, and never more than a tenth of what is left.
    ///
    /// - Parameter retryAfter: what the authority asked for, in seconds. It is kept as far as it leaves half of what is
    ///   left: an authority can spread its clients, and cannot talk one past its end. After the end it is kept.
    public mutating func failed(
        at now: Date, retryAfter: TimeInterval? = nil, using random: inout some RandomNumberGenerator
    ) {
        failures += 1
        let left = life.left(at: now)
        if let retryAfter {
            let bearable = left > 0 ? left / 2 : Self.longestPause
            let asked = max(Self.shortestPause, min(retryAfter, bearable, Self.longestPause))
            // A twentieth more, by chance: those who were given the same second do not come in the same instant.
            next = now + asked * Double.random(in: 1...1.05, using: &random)
            return
        }
        let doubled = Self.shortestPause * pow(2, Double(min(failures, 16)))
        // After the end there is nothing to lose, and something to come back from: as often as for a life of ten minutes,
        // and for a shorter one as often as at its beginning.
        let near = (left > 0 ? left : min(life.length, 10 * Self.overdueSpread)) / 10
        let ceiling = max(Self.shortestPause, min(doubled, near, Self.longestPause))
        next = now + Self.shortestPause + ceiling * Double.random(in: 0...1, using: &random)
    }

    /// Whether a failure is worth a line: the first, the second, the fourth and so on. An outage of days does not fill a log.
    public var isWorthTelling: Bool { failures > 0 && failures & (failures - 1) == 0 }
}
