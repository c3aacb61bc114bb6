internal import NIOCore
internal import NIOHTTP1
internal import Tracing

/// One request as a span, and what the backend is asked as a span below it. Confined to the connection's loop.
///
/// A request that is permitted goes on with the trace that it names; any other begins a trace of its own, so that nobody puts
/// spans into a trace who was not let in.
final class RequestTrace {
    private let tracing: EndTracing
    private let connection: ConnectionTrace?
    private let began: NIODeadline
    private let method: HTTPMethodName
    private var span: (any Span)?
    private var asking: (any Span)?
    /// How often the backend was asked before.
    private var repeats = 0

    /// - Parameter method: nil: no request could be made of what came.
    init(_ tracing: EndTracing, on connection: ConnectionTrace?, since began: NIODeadline, method: HTTPMethod?) {
        self.tracing = tracing
        self.connection = connection
        self.began = began
        self.method = HTTPMethodName(method?.rawValue)
    }

    private func begin(in context: ServiceContext = .topLevel) -> any Span {
        if let span { return span }
        let span = tracing.start(method.ofSpan, .server, in: context, at: EndTracing.instant(began))
        if let context = connection?.context { span.addLink(SpanLink(context: context, attributes: [:])) }
        self.span = span
        return span
    }

    /// The peer may ask for it.
    func permitted(_ fields: HTTPHeaders) {
        var context = ServiceContext.topLevel
        tracing.tracer.extract(fields, into: &context, using: FieldsOfTraces())
        _ = begin(in: context)
    }

    /// The backend gets it: connecting to it is part of the asking.
    func asks(_ target: Endpoint) {
        guard let span else { return }
        asking?.fail("connectionLost", nil)
        asking?.end()
        let asking = tracing.start(method.ofSpan, .client, in: span.context)
        self.asking = asking
        guard asking.isRecording else { return }
        asking.add(method.traced)
        if repeats > 0 { asking.add(["http.request.resend_count": .int64(Int64(repeats))]) }
        repeats += 1
        switch target {
        case .host(let host, let port):
            asking.add(["server.address": .string(host), "server.port": .int64(Int64(port))])
        case .socket(let path): asking.add(["server.address": .string(path), "network.transport": "unix"])
        }
    }

    /// W3C Trace Context §3.4: what the backend is told names our span. Nothing of what the client said in its place goes on.
    func tell(_ fields: inout HTTPHeaders) {
        guard let context = (asking ?? span)?.context else { return }
        for name in FieldsOfTraces.names { fields.remove(name: name) }
        tracing.tracer.inject(context, into: &fields, using: FieldsOfTraces())
    }

    /// - Parameter facts: what came of it.
    func end(_ facts: RequestFacts) {
        let span = begin()
        span.add(facts.traced)
        let isBroken = facts.isRefused || facts.explanation != nil
        // "Status": of a server's span the answers from 500 on; of a client's those from 400 on.
        if isBroken || facts.status >= 500 {
            span.fail(facts.reason ?? (isBroken ? "cut" : "\(facts.status)"), facts.explanation)
        }
        if let asking {
            if !isBroken { asking.add(["http.response.status_code": .int64(Int64(facts.status))]) }
            if isBroken || facts.status >= 400 { asking.fail(facts.reason ?? "\(facts.status)", facts.explanation) }
            asking.end()
        }
        span.end()
        asking = nil
        self.span = nil
    }
}

/// How a tracer reads and writes fields. What may stand once, and comes twice, says nothing: nobody could say which one is meant.
struct FieldsOfTraces: Extractor, Injector {
    /// Of W3C Trace Context.
    static let names = ["traceparent", "tracestate"]

    func extract(key: String, from carrier: HTTPHeaders) -> String? {
        let values = carrier[key]
        // §3.3.1: a list, which may come in several fields (RFC 9110 §5.3).
        if key.lowercased() == "tracestate" || key.lowercased() == "baggage" {
            return values.isEmpty ? nil : values.joined(separator: ",")
        }
        return values.count == 1 ? values[0] : nil
    }

    func inject(_ value: String, forKey key: String, into carrier: inout HTTPHeaders) {
        carrier.replaceOrAdd(name: key, value: value)
    }
}
