import Foundation
import NIOCore
import ServiceLifecycle
import SymbolonClients
import SymbolonStorage
import SymbolonTracing

/// The spans of this process's ends, on their way to a collector: the last thing that stops, when all ends have ended theirs.
struct TraceExport: Service {
    let tracer: CollectorTracer
    let queue = SpanQueue()
    private let exporter: SpanExporter

    init(_ settings: TraceSettings, report: EndReport) throws {
        if let anchors = settings.anchors {
            do {
                _ = try CertificateFile.anchors(anchors, at: Date())
            } catch {
                throw Complaint(
                    what: "\(anchors) says nobody to believe as the collector of traces",
                    why: ExplainedError.text(error),
                    mend: "name a file with the root of its authority (PEM)", exit: .undecided)
            }
        }
        tracer = CollectorTracer(queue, sampler: settings.sampler)
        exporter = SpanExporter(
            queue, to: Collector(settings),
            describing: OTLPResource(
                name: "symbolon", instance: UUID().uuidString.lowercased(), version: Symbolon.version),
            observer: Observer(report: report, place: settings.collector.description))
    }

    func run() async throws {
        let sending = Task { await exporter.run() }
        try? await gracefulShutdown()
        sending.cancel()
        await Farewell.say { await sending.value }
    }

    private struct Collector: SpanCollector {
        let settings: TraceSettings
        let fetcher: Fetcher

        /// Of an answer, of which nothing but a sentence is read.
        static let mostOctets = 64 << 10

        init(_ settings: TraceSettings) {
            self.settings = settings
            var limits = Fetcher.Limits()
            // A collector that is slower than that is asked again.
            limits.whole = .seconds(10)
            fetcher = Fetcher(limits: limits)
        }

        func post(_ document: [UInt8]) async throws -> CollectorAnswer {
            do {
                let answer = try await fetcher.post(
                    document, type: "application/json", to: settings.collector, atMost: Self.mostOctets,
                    trusting: settings.anchors)
                return CollectorAnswer(status: answer.status, retryAfter: answer.retryAfter, content: answer.octets)
            } catch {
                throw Unanswered(description: error.explanation)
            }
        }
    }

    private struct Unanswered: Error, CustomStringConvertible { let description: String }

    private struct Observer: ExportObserver {
        let report: EndReport
        let place: String

        func spans(_ news: ExportNews) {
            switch news {
            case .unreachable(let why):
                report.warn(
                    nil, "spans do not reach the collector \(place); it is tried again", why: why,
                    mend: "see that it runs there and takes OTLP over HTTP with JSON; connections do not wait for it")
            case .refused(let why):
                report.warn(
                    nil, "the collector \(place) does not take spans, and they are lost", why: why,
                    mend: "see that the address is that of its OTLP receiver for HTTP, such as http://HOST:4318")
            case .overflowing:
                report.warn(
                    nil, "spans end faster than the collector \(place) takes them, and some are lost",
                    mend: "record fewer: --traces-sample; symbolon_trace_spans_total counts them")
            case .recovered(let lost):
                report.tell(.tracesRecovered(collector: place, lost: lost))
            }
        }
    }
}
