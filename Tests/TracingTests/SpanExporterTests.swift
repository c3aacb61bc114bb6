import Foundation
import Synchronization
import Testing
import Tracing

@testable import SymbolonTracing

/// A collector that answers as it is told, and keeps what it gets.
private final class Collector: SpanCollector {
    struct Unreachable: Error, CustomStringConvertible { let description = "nobody listens" }

    private let state: Mutex<(answers: [CollectorAnswer?], documents: [[UInt8]])>

    /// - Parameter answers: one after the other, and then 200; nil: nobody listens.
    init(_ answers: [CollectorAnswer?] = []) { state = Mutex((answers, [])) }

    var documents: [[UInt8]] { state.withLock(\.documents) }

    func post(_ document: [UInt8]) async throws -> CollectorAnswer {
        let answer: CollectorAnswer? = state.withLock { state in
            state.documents.append(document)
            return state.answers.isEmpty ? CollectorAnswer(status: 200) : state.answers.removeFirst()
        }
        guard let answer else { throw Unreachable() }
        return answer
    }
}

private final class News: ExportObserver {
    private let told = Mutex<[ExportNews]>([])
    var all: [ExportNews] { told.withLock { $0 } }
    func spans(_ news: ExportNews) { told.withLock { $0.append(news) } }
}

@Suite(
    "Spans are sent in batches, again where it failed in passing, and never at a connection's cost",
    .timeLimit(.minutes(2)))
struct SpanExporterTests {
    private let queue: SpanQueue
    private let news = News()
    private let pauses = Pauses()

    private final class Pauses: Sendable {
        private let taken = Mutex<[Duration]>([])
        var all: [Duration] { taken.withLock { $0.filter { $0 != SpanExporter.gathering } } }
        func take(_ duration: Duration) { taken.withLock { $0.append(duration) } }
    }

    init() { queue = SpanQueue(limit: 2_000) }

    private func end(_ count: Int) {
        let tracer = CollectorTracer(queue)
        for number in 0..<count { tracer.startSpan("span \(number)", context: .topLevel).end() }
    }

    /// Sends what there is, as an exporter does that is to end: each batch is tried once more at most.
    private func export(to collector: Collector, isEnding: Bool = false) async {
        let pauses = pauses
        let exporter = SpanExporter(
            queue, to: collector, describing: OTLPResource(name: "symbolon", instance: "1", version: "0"),
            observer: news, pause: { pauses.take($0) })
        let running = Task { await exporter.run() }
        if !isEnding {
            while queue.counts.delivered + queue.counts.refused + queue.counts.undelivered < expected {
                await Task.yield()
            }
        }
        running.cancel()
        await running.value
    }

    private var expected: UInt64 { 1_200 }

    @Test("all are sent, 512 at a time")
    func batches() async throws {
        end(1_200)
        let collector = Collector()
        await export(to: collector)
        #expect(collector.documents.count == 3)
        #expect(queue.counts == counts { $0.delivered = 1_200 })
        #expect(news.all.isEmpty && pauses.all.isEmpty)
    }

    @Test("a full queue takes no more, counts what it drops, and says so once")
    func full() async throws {
        let small = SpanQueue(limit: 3)
        let tracer = CollectorTracer(small)
        for _ in 0..<5 { tracer.startSpan("a", context: .topLevel).end() }
        #expect(small.counts == counts { $0.dropped = 2 })
        #expect(small.take(10).count == 3)
        end(2_500)
        await export(to: Collector(), isEnding: true)
        #expect(queue.counts == counts { ($0.delivered, $0.dropped) = (2_000, 500) })
        #expect(news.all == [.overflowing])
    }

    @Test("what fails in passing is tried again, and told of once", arguments: [nil, 429, 502, 503, 504])
    func again(_ status: Int?) async throws {
        end(1_200)
        let answer = status.map { CollectorAnswer(status: $0) }
        let collector = Collector([answer, answer, answer])
        await export(to: collector)
        #expect(collector.documents.count == 6 && Set(collector.documents).count == 3)
        #expect(queue.counts == counts { $0.delivered = 1_200 })
        let why = status.map { "it answers with status \($0)" } ?? "nobody listens"
        #expect(news.all == [.unreachable(why), .recovered(lost: 0)])
        #expect(pauses.all.count == 3)
    }

    @Test("OTLP: the collector's own Retry-After is kept, within bounds")
    func retryAfter() async throws {
        end(1_200)
        await export(
            to: Collector([
                CollectorAnswer(status: 503, retryAfter: 7), CollectorAnswer(status: 429, retryAfter: 9_999),
            ]))
        #expect(pauses.all == [.seconds(7), .seconds(30)])
    }

    @Test("a pause doubles from a second to thirty, by a random part")
    func pause() {
        for (attempt, longest) in [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (60, 30)] {
            let pause = SpanExporter.pause(before: attempt)
            #expect(pause <= .seconds(longest) && pause >= .seconds(longest) / 2)
        }
    }

    @Test("what is refused is lost, and not tried again", arguments: [400, 404, 413, 500])
    func refused(_ status: Int) async throws {
        end(1_200)
        let collector = Collector([CollectorAnswer(status: status)])
        await export(to: collector)
        #expect(collector.documents.count == 3)
        #expect(queue.counts == counts { ($0.delivered, $0.refused) = (688, 512) })
        #expect(news.all == [.refused("it answers with status \(status)"), .recovered(lost: 512)])
    }

    @Test("a collector that takes a part says how much it refuses", arguments: [#""5""#, "5"])
    func partial(_ number: String) async throws {
        end(1_200)
        let text = #"{"partialSuccess": {"rejectedSpans": \#(number), "errorMessage": "too\nold"}}"#
        await export(to: Collector([CollectorAnswer(status: 200, content: Array(text.utf8))]))
        #expect(queue.counts == counts { ($0.delivered, $0.refused) = (1_195, 5) })
        #expect(news.all == [.refused("too?old"), .recovered(lost: 5)])
    }

    @Test("a collector that stays away costs ten attempts a batch, and no more")
    func away() async throws {
        end(1_200)
        let collector = Collector(Array(repeating: nil, count: 100))
        await export(to: collector)
        #expect(queue.counts == counts { $0.undelivered = 1_200 })
        #expect(collector.documents.count == 30 && news.all == [.unreachable("nobody listens")])
    }

    @Test("at the end what is left is sent; to nobody it is tried once")
    func ending() async throws {
        end(1_200)
        let collector = Collector()
        await export(to: collector, isEnding: true)
        #expect(queue.counts == counts { $0.delivered = 1_200 })
        end(600)
        let nobody = Collector(Array(repeating: nil, count: 100))
        // It sends while it is told to end, or after; either way nothing is left.
        await export(to: nobody, isEnding: true)
        #expect(queue.counts == counts { ($0.delivered, $0.undelivered) = (1_200, 600) })
        #expect(nobody.documents.count <= 20)
    }

    private func counts(_ change: (inout SpanQueue.Counts) -> Void) -> SpanQueue.Counts {
        var counts = SpanQueue.Counts()
        change(&counts)
        return counts
    }
}

@Suite("OTLP: the JSON form of spans")
struct OTLPDocumentTests {
    private struct At: TracerInstant {
        let nanosecondsSinceEpoch: UInt64
        static func < (left: At, right: At) -> Bool { left.nanosecondsSinceEpoch < right.nanosecondsSinceEpoch }
    }

    private struct Broken: Error {}

    @Test("ids in hexadecimal, numbers of 64 bits as text, kinds and states as numbers")
    func form() throws {
        let queue = SpanQueue()
        let tracer = CollectorTracer(queue)
        var context = ServiceContext.topLevel
        tracer.extract(
            ["traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "tracestate": "a=1"],
            into: &context, using: Fields())
        let span = tracer.startSpan("GET", context: context, ofKind: .server, at: At(nanosecondsSinceEpoch: 1 << 60))
        span.attributes = [
            "text": "a\"b\n", "whole": .int64(.max), "part": 0.5, "yes": true, "none": .double(.nan),
            "list": .stringArray(["a", "b"]), "long": .string(String(repeating: "x", count: 5_000)),
        ]
        span.addEvent(SpanEvent(name: "e", at: At(nanosecondsSinceEpoch: 5), attributes: ["n": 1]))
        span.addLink(SpanLink(context: context, attributes: [:]))
        span.recordError(Broken(), attributes: [:], at: At(nanosecondsSinceEpoch: 6))
        span.setStatus(SpanStatus(code: .error, message: "why"))
        span.end(at: At(nanosecondsSinceEpoch: 1 << 61))
        let document = OTLPDocument(queue.take(1), of: OTLPResource(name: "n", instance: "i", version: "v"))
        let root = try #require(
            try JSONSerialization.jsonObject(with: Data(document.json)) as? [String: [[String: Any]]])
        let group = try #require(root["resourceSpans"]?.first)
        let resource = try #require(group["resource"] as? [String: [[String: Any]]])
        #expect(
            resource["attributes"]?.map { $0["key"] as? String } == [
                "service.instance.id", "service.name", "service.version",
            ])
        let spans = try #require((group["scopeSpans"] as? [[String: Any]])?.first?["spans"] as? [[String: Any]])
        let told = try #require(spans.first)
        #expect(told["traceId"] as? String == "0af7651916cd43dd8448eb211c80319c")
        #expect(told["parentSpanId"] as? String == "b7ad6b7169203331")
        #expect((told["spanId"] as? String)?.count == 16 && told["spanId"] as? String != "b7ad6b7169203331")
        #expect(told["traceState"] as? String == "a=1" && told["kind"] as? Int == 2 && told["flags"] as? Int == 1)
        #expect(told["startTimeUnixNano"] as? String == "1152921504606846976")
        #expect(told["endTimeUnixNano"] as? String == "2305843009213693952")
        let status = try #require(told["status"] as? [String: Any])
        #expect(status["code"] as? Int == 2 && status["message"] as? String == "why")
        let pairs = try #require(told["attributes"] as? [[String: Any]])
        func value(_ key: String) -> [String: Any]? {
            pairs.first { $0["key"] as? String == key }?["value"] as? [String: Any]
        }
        #expect(value("text")?["stringValue"] as? String == "a\"b\n")
        #expect(value("whole")?["intValue"] as? String == "9223372036854775807")
        #expect(value("part")?["doubleValue"] as? Double == 0.5 && value("yes")?["boolValue"] as? Bool == true)
        #expect(value("none")?["doubleValue"] as? String == "NaN")
        #expect((value("long")?["stringValue"] as? String)?.count == 1_024)
        let list = value("list")?["arrayValue"] as? [String: [[String: String]]]
        #expect(list == ["values": [["stringValue": "a"], ["stringValue": "b"]]])
        let events = try #require(told["events"] as? [[String: Any]])
        #expect(
            events.map { $0["name"] as? String } == ["e", "exception"] && events[0]["timeUnixNano"] as? String == "5")
        let links = try #require(told["links"] as? [[String: Any]])
        #expect(links.first?["spanId"] as? String == "b7ad6b7169203331")
    }

    @Test("a trace that begins here has no parent, and an end is never before its start")
    func root() throws {
        let queue = SpanQueue()
        let span = CollectorTracer(queue).startSpan("a", context: .topLevel, at: At(nanosecondsSinceEpoch: 9))
        span.end(at: At(nanosecondsSinceEpoch: 5))
        let ended = try #require(queue.take(1).first)
        #expect(ended.parent == nil && ended.end == 9)
        let text = String(
            decoding: OTLPDocument([ended], of: OTLPResource(name: "n", instance: "i", version: "v")).json,
            as: UTF8.self)
        #expect(!text.contains("parentSpanId") && !text.contains("status"))
    }
}
