public import Tracing

/// A tracer whose spans go to an OpenTelemetry collector, and that speaks W3C Trace Context with others.
///
/// ```swift
/// let queue = SpanQueue()
/// let tracer = CollectorTracer(queue)
/// let exporter = SpanExporter(queue, to: collector, describing: resource, observer: observer)
/// ```
public struct CollectorTracer: Tracer {
    private let queue: SpanQueue
    private let sampler: TraceSampler

    public init(_ queue: SpanQueue, sampler: TraceSampler = .all) {
        self.queue = queue
        self.sampler = sampler
    }

    public func startSpan<Instant: TracerInstant>(
        _ operationName: String, context: @autoclosure () -> ServiceContext, ofKind kind: SpanKind,
        at instant: @autoclosure () -> Instant, function: String, file fileID: String, line: UInt
    ) -> CollectorSpan {
        var context = context()
        let parent = context.tracePlace
        let trace = parent?.parent.traceID ?? .random()
        let isSampled = sampler.records(trace, after: parent)
        let place = TracePlace(
            parent: TraceParent(traceID: trace, spanID: .random(), isSampled: isSampled), state: parent?.state)
        context.tracePlace = place
        guard isSampled else { return CollectorSpan(context: context, record: nil) }
        let span = FinishedSpan(
            name: operationName, kind: kind, place: place, parent: parent?.parent.spanID,
            start: instant().nanosecondsSinceEpoch)
        return CollectorSpan(context: context, record: CollectorSpan.Record(span, queue))
    }

    /// Asked for at the end of what a program traces: the exporter does it by itself.
    public func forceFlush() {}

    /// W3C Trace Context §4.3: without a good `traceparent`, `tracestate` is not read either.
    public func extract<Carrier, Extract: Extractor>(
        _ carrier: Carrier, into context: inout ServiceContext, using extractor: Extract
    ) where Extract.Carrier == Carrier {
        guard let text = extractor.extract(key: TraceParent.field, from: carrier), let parent = TraceParent(text) else {
            return
        }
        let state = extractor.extract(key: TraceState.field, from: carrier).flatMap(TraceState.init)
        context.tracePlace = TracePlace(parent: parent, state: state)
    }

    public func inject<Carrier, Inject: Injector>(
        _ context: ServiceContext, into carrier: inout Carrier, using injector: Inject
    ) where Inject.Carrier == Carrier {
        guard let place = context.tracePlace else { return }
        injector.inject(place.parent.description, forKey: TraceParent.field, into: &carrier)
        if let state = place.state { injector.inject(state.description, forKey: TraceState.field, into: &carrier) }
    }
}
