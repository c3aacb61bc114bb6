import SymbolonTracing
import Testing
import Tracing

/// A carrier in memory.
struct Fields: Extractor, Injector {
    func extract(key: String, from carrier: [String: String]) -> String? { carrier[key] }
    func inject(_ value: String, forKey key: String, into carrier: inout [String: String]) { carrier[key] = value }
}

@Suite("Traces: who records, and what is handed on")
struct CollectorTracerTests {
    private static let given = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0"

    private func fields(_ tracer: CollectorTracer, after carrier: [String: String]) -> [String: String] {
        var context = ServiceContext.topLevel
        tracer.extract(carrier, into: &context, using: Fields())
        let span = tracer.startSpan("a", context: context, ofKind: .server)
        var told: [String: String] = [:]
        tracer.inject(span.context, into: &told, using: Fields())
        span.end()
        return told
    }

    @Test("§3.4: the trace goes on, with a span of our own, and as its beginner decided", arguments: [true, false])
    func goesOn(_ isSampled: Bool) throws {
        // A ratio decides of traces that begin here.
        let tracer = CollectorTracer(SpanQueue(), sampler: try #require(TraceSampler(ratio: isSampled ? 0 : 1)))
        let told = fields(
            tracer, after: ["traceparent": Self.given + (isSampled ? "1" : "0"), "tracestate": "a=1, b=2"])
        let before = try #require(TraceParent(Self.given + "1"))
        let after = try #require(told["traceparent"].flatMap(TraceParent.init))
        #expect(after.traceID == before.traceID && after.spanID != before.spanID && after.isSampled == isSampled)
        #expect(told["tracestate"] == "a=1,b=2")
    }

    @Test(
        "§4.3: what cannot be read begins a trace, and tracestate goes with it",
        arguments: [nil, "", given, "00-x-y-01"])
    func beginsAnew(_ text: String?) throws {
        var carrier = ["tracestate": "a=1"]
        carrier["traceparent"] = text
        let told = fields(CollectorTracer(SpanQueue()), after: carrier)
        let after = try #require(told["traceparent"].flatMap(TraceParent.init))
        #expect(after.isSampled && after.traceID.description != "0af7651916cd43dd8448eb211c80319c")
        #expect(told["tracestate"] == nil)
    }

    @Test("a spoilt tracestate is left out, and the trace goes on")
    func spoiltState() throws {
        let told = fields(CollectorTracer(SpanQueue()), after: ["traceparent": Self.given + "1", "tracestate": "A=1"])
        #expect(told["traceparent"]?.contains("0af7651916cd43dd8448eb211c80319c") == true && told["tracestate"] == nil)
    }

    @Test("a ratio is a part of a whole")
    func ratios() {
        #expect(TraceSampler(ratio: 0) != nil && TraceSampler(ratio: 1) != nil && TraceSampler(ratio: 0.01) != nil)
        for ratio in [-0.1, 1.1, .nan, .infinity] { #expect(TraceSampler(ratio: ratio) == nil) }
    }

    @Test("a part of the traces is recorded, decided by their ids; all spans of a trace alike")
    func sampled() throws {
        for (ratio, range) in [(0.0, 0...0), (0.25, 700...1300), (1.0, 4000...4000)] {
            let tracer = CollectorTracer(SpanQueue(), sampler: try #require(TraceSampler(ratio: ratio)))
            var recorded = 0
            for _ in 0..<4000 {
                let span = tracer.startSpan("a", context: .topLevel)
                let child = tracer.startSpan("b", context: span.context)
                #expect(child.isRecording == span.isRecording)
                if span.isRecording { recorded += 1 }
            }
            // Ten standard deviations and more on either side.
            #expect(range.contains(recorded), "\(ratio)")
        }
    }

    @Test("what is said to a span after its end, or to one that is not recorded, is not heard")
    func ended() throws {
        let queue = SpanQueue()
        let span = CollectorTracer(queue).startSpan("a", context: .topLevel)
        span.attributes["x"] = "1"
        #expect(span.isRecording && span.attributes.get("x") == .string("1"))
        span.end()
        span.end()
        span.attributes["x"] = "2"
        #expect(!span.isRecording && span.attributes.isEmpty)
        let silent = CollectorTracer(queue, sampler: try #require(TraceSampler(ratio: 0)))
            .startSpan("a", context: .topLevel)
        silent.attributes["x"] = "1"
        #expect(!silent.isRecording && silent.attributes.isEmpty)
    }
}
