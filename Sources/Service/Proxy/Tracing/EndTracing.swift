internal import NIOCore
internal import Tracing

/// By which an end tells what it does as spans; there is none where nothing is traced.
struct EndTracing: Sendable {
    let tracer: any Tracer
    let role: EndRole
    let service: String

    /// - Parameter tracer: nil: the one that the program has bootstrapped.
    init?(_ tracer: (any Tracer)?, role: EndRole, service: String) {
        let tracer = tracer ?? InstrumentationSystem.tracer
        guard !(tracer is NoOpTracer) else { return nil }
        self.tracer = tracer
        self.role = role
        self.service = service
    }

    /// When something was, by the clock of spans.
    static func instant(_ deadline: NIODeadline) -> DefaultTracerClock.Timestamp {
        let age = max(0, (NIODeadline.now() - deadline).nanoseconds)
        let now = DefaultTracerClock.now.nanosecondsSinceEpoch
        return DefaultTracerClock.Timestamp(nanosecondsSinceEpoch: now - min(now, UInt64(age)))
    }

    func start(
        _ name: String, _ kind: SpanKind, in context: ServiceContext = .topLevel,
        at instant: DefaultTracerClock.Timestamp = DefaultTracerClock.now
    ) -> any Span {
        tracer.startSpan(name, context: context, ofKind: kind, at: instant)
    }
}

extension Span {
    /// Adds what is known. Where nothing is recorded it is not even made.
    func add(_ known: @autoclosure () -> SpanAttributes) {
        guard isRecording else { return }
        var all = attributes
        all.merge(known())
        attributes = all
    }

    /// OpenTelemetry semantic conventions, "Recording errors on spans".
    func fail(_ reason: String, _ explanation: String?) {
        add(["error.type": .string(reason)])
        setStatus(SpanStatus(code: .error, message: explanation))
    }
}
