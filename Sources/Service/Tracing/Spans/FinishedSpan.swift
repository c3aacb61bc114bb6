public import Tracing

/// A span that has ended, as a collector is told of it.
public struct FinishedSpan: Sendable {
    public internal(set) var name: String
    public let kind: SpanKind
    public let place: TracePlace
    /// Nil: the trace began with it.
    public let parent: SpanID?
    public let start: UInt64
    public internal(set) var end: UInt64 = 0
    public internal(set) var attributes: SpanAttributes = [:]
    public internal(set) var events: [SpanEvent] = []
    public internal(set) var links: [SpanLink] = []
    public internal(set) var status: SpanStatus?
}
