internal import NIOCore
internal import Tracing

/// One connection as a span, from accept to its end, in a trace of its own: nothing that a stranger sends names it. Confined to
/// the connection's loop.
///
/// The span is begun when it is known whether the peer may pass, and as of the moment of accept.
final class ConnectionTrace {
    private let tracing: EndTracing
    private let arrived: NIODeadline
    /// What happened before there was a span.
    private var early: [SpanEvent] = []
    /// Until its end.
    private var span: (any Span)?

    init(_ tracing: EndTracing, since arrived: NIODeadline) {
        self.tracing = tracing
        self.arrived = arrived
    }

    /// By which spans of its requests point to it.
    var context: ServiceContext? { span?.context }

    private func begin() -> any Span {
        if let span { return span }
        let span = tracing.start(
            "\(tracing.role.rawValue) \(tracing.service)", tracing.role == .protect ? .server : .client,
            at: EndTracing.instant(arrived))
        self.span = span
        for event in early { span.addEvent(event) }
        early = []
        return span
    }

    /// The backend, or the service behind a door, was connected.
    func connected() {
        let event = SpanEvent(name: "symbolon.connected")
        if let span { span.addEvent(event) } else { early.append(event) }
    }

    func admitted(_ facts: ConnectionFacts) {
        let span = begin()
        guard span.isRecording else { return }
        span.add(facts.traced)
        span.addEvent(SpanEvent(name: "symbolon.handshake", attributes: facts.session.traced))
        span.addEvent(SpanEvent(name: "symbolon.decision", attributes: ["symbolon.rule": .string(facts.rule)]))
    }

    func refused(_ facts: RefusalFacts) {
        let span = begin()
        span.add(facts.traced)
        if facts.stage == .policy || facts.stage == .verification {
            span.addEvent(SpanEvent(name: "symbolon.decision", attributes: ["symbolon.reason": .string(facts.reason)]))
        }
        span.fail(facts.reason, facts.explanation)
        end()
    }

    /// - Parameter isEnd: nothing comes after it.
    func unreached(_ facts: BackendFailureFacts, isEnd: Bool) {
        let span = begin()
        span.add(facts.reference.traced)
        span.addEvent(SpanEvent(name: "symbolon.unreached", attributes: ["symbolon.target": .string(facts.target)]))
        guard isEnd else { return }
        span.fail("unreachable", facts.explanation)
        end()
    }

    func closed(_ facts: ClosedFacts, isError: Bool) {
        guard let span else { return }
        span.add([
            "symbolon.rule": .string(facts.facts.rule), "symbolon.reason": .string(facts.reason),
            "symbolon.bytes.up": .int64(Int64(clamping: facts.bytesUp)),
            "symbolon.bytes.down": .int64(Int64(clamping: facts.bytesDown)),
        ])
        if let alert = facts.alert { span.add(["symbolon.alert": .string(alert)]) }
        if isError { span.fail(facts.reason, facts.explanation) }
        end()
    }

    private func end() {
        span?.end()
        span = nil
    }
}

extension Ending {
    /// Somebody lost what was under way.
    var isBreak: Bool {
        switch self {
        case .finished, .operatorClosed, .drained: false
        case .broken, .alert, .distrusted, .unreachable: true
        }
    }
}
