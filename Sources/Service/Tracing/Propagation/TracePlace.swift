public import Tracing

/// Where in which trace something happens, as a context carries it between spans.
public struct TracePlace: Hashable, Sendable {
    public let parent: TraceParent
    public let state: TraceState?
}

extension ServiceContext {
    private enum Key: ServiceContextKey { typealias Value = TracePlace }

    /// Nil: in no trace of a `CollectorTracer`.
    public internal(set) var tracePlace: TracePlace? {
        get { self[Key.self] }
        set { self[Key.self] = newValue }
    }
}
