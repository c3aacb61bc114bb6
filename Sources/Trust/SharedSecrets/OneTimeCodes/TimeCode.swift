public import Foundation

/// A device whose codes change with the time (TOTP, RFC 6238), as it is kept between logins. A value: a code that holds gives the next
/// one, and whoever keeps it stores that only if this one is still there, so that of two right answers one counts.
public struct TimeCode: Sendable {
    public let secret: CodeSecret
    public let form: CodeForm
    /// Seconds, 15 to 120 (SP 800-63B-4 §3.1.4: two minutes at most).
    public let period: Int
    /// The last step for which a code was taken; it and those before it are over, whatever the clock says.
    public let lastStep: Int64?

    /// §5.2: "We RECOMMEND a default time-step size of 30 seconds".
    public static let usualPeriod = 30

    /// - Returns: nil for a period that is out of bounds.
    public init?(
        _ secret: CodeSecret, form: CodeForm = .usual, period: Int = usualPeriod, lastStep: Int64? = nil
    ) {
        guard (15...120).contains(period) else { return nil }
        self.secret = secret
        self.form = form
        self.period = period
        self.lastStep = lastStep
    }

    private init(_ known: TimeCode, lastStep: Int64) {
        secret = known.secret
        form = known.form
        period = known.period
        self.lastStep = lastStep
    }

    /// §4.2, §5.2: whether this is the code of now, or of the step before it for one that was typed slowly. Each is taken once.
    /// - Returns: the device as it is from now on; nil: the code does not hold.
    public func taking(_ text: String, at now: Date) -> TimeCode? {
        guard let entered = form.entered(text), now.timeIntervalSince1970 >= 0 else { return nil }
        let step = Int64(now.timeIntervalSince1970) / Int64(period)
        var found: Int64?
        // Both are made, whichever it is.
        for candidate in [step, step - 1] where candidate >= 0 {
            let holds = form.code(secret, UInt64(candidate)) == entered
            if holds, found == nil, lastStep.map({ candidate > $0 }) ?? true { found = candidate }
        }
        return found.map { TimeCode(self, lastStep: $0) }
    }
}
