/// Which traces are recorded: a trace that came from elsewhere as its beginner decided; of those that begin here, a part.
public struct TraceSampler: Hashable, Sendable {
    /// From 0, none, to 1, all.
    public let ratio: Double
    private let limit: UInt64?

    public static let all = TraceSampler()

    private init() { (ratio, limit) = (1, nil) }

    /// Nil: it is no part of a whole.
    public init?(ratio: Double) {
        guard (0...1).contains(ratio) else { return nil }
        self.ratio = ratio
        // 2^64 itself is no UInt64.
        limit = ratio < 1 ? UInt64(ratio * 0x1p64) : nil
    }

    /// By the id alone, so that everyone who samples with the same ratio records the same traces.
    func records(_ trace: TraceID, after parent: TracePlace?) -> Bool {
        if let parent { return parent.parent.isSampled }
        guard let limit else { return true }
        return trace.low < limit
    }
}
