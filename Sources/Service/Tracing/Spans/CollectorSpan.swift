internal import Synchronization
public import Tracing

/// A span of a `CollectorTracer`. What is said to it after its end, or when it is not recorded, is not heard.
public struct CollectorSpan: Span {
    /// OpenTelemetry, "Span limits": 128 events and 128 links are what others keep.
    private static let limit = 128

    /// What is known so far.
    final class Record: Sendable {
        let span: Mutex<FinishedSpan?>
        let queue: SpanQueue

        init(_ span: FinishedSpan, _ queue: SpanQueue) {
            self.span = Mutex(span)
            self.queue = queue
        }

        func update(_ change: (inout FinishedSpan) -> Void) {
            span.withLock { span in
                guard var known = span else { return }
                // So that what it holds is not copied.
                span = nil
                change(&known)
                span = known
            }
        }
    }

    public let context: ServiceContext
    /// Nil: it is not recorded.
    let record: Record?

    public var isRecording: Bool { record?.span.withLock { $0 != nil } ?? false }

    public var operationName: String {
        get { record?.span.withLock { $0?.name } ?? "" }
        nonmutating set { record?.update { $0.name = newValue } }
    }

    public var attributes: SpanAttributes {
        get { record?.span.withLock { $0?.attributes } ?? [:] }
        nonmutating set { record?.update { $0.attributes = newValue } }
    }

    public func setStatus(_ status: SpanStatus) { record?.update { $0.status = status } }

    public func addEvent(_ event: SpanEvent) {
        record?.update { if $0.events.count < Self.limit { $0.events.append(event) } }
    }

    public func addLink(_ link: SpanLink) {
        record?.update { if $0.links.count < Self.limit { $0.links.append(link) } }
    }

    /// OpenTelemetry semantic conventions, "Exceptions on spans".
    public func recordError<Instant: TracerInstant>(
        _ error: any Error, attributes: SpanAttributes, at instant: @autoclosure () -> Instant
    ) {
        var attributes = attributes
        attributes["exception.type"] = "\(type(of: error))"
        attributes["exception.message"] = "\(error)"
        addEvent(SpanEvent(name: "exception", at: instant(), attributes: attributes))
    }

    public func end<Instant: TracerInstant>(at instant: @autoclosure () -> Instant) {
        guard let record else { return }
        let moment = instant().nanosecondsSinceEpoch
        let finished = record.span.withLock { span in
            defer { span = nil }
            return span
        }
        guard var finished else { return }
        finished.end = max(moment, finished.start)
        record.queue.add(finished)
    }
}
