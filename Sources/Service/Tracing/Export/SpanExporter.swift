internal import Foundation

/// Sends what a queue holds to a collector, in batches, until its task is cancelled; then once more what is left.
///
/// OTLP/HTTP: what fails in passing (no connection, 429, 502, 503, 504) is tried again after a pause that doubles; what is refused
/// is not.
public struct SpanExporter: Sendable {
    private enum Outcome {
        case taken(refused: UInt64, because: String)
        case refused(String)
        case again(String, after: Duration?)
    }

    private let queue: SpanQueue
    private let collector: any SpanCollector
    private let resource: OTLPResource
    private let observer: any ExportObserver
    private let pause: @Sendable (Duration) async throws -> Void

    /// 512: what other exporters send at once; some 300 kB.
    static let batch = 512
    /// From the first span that waits to the sending. 500 ms: a person who looks for a trace does not notice it.
    static let gathering = Duration.milliseconds(500)
    /// Between the first two attempts; 30 s between the last ones.
    static let firstPause = Duration.seconds(1)
    static let longestPause = Duration.seconds(30)
    /// Some three minutes: a collector that is restarted is back by then, and its spans are not worth more memory.
    static let attempts = 10

    /// - Parameter pause: waits for so long; throws when the task is cancelled.
    public init(
        _ queue: SpanQueue, to collector: any SpanCollector, describing resource: OTLPResource,
        observer: any ExportObserver,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.queue = queue
        self.collector = collector
        self.resource = resource
        self.observer = observer
        self.pause = pause
    }

    public func run() async {
        var trouble = Trouble()
        for await _ in queue.news {
            try? await pause(Self.gathering)
            await sendAll(&trouble)
        }
        await sendAll(&trouble)
    }

    private func sendAll(_ trouble: inout Trouble) async {
        while true {
            let dropped = queue.counts.dropped
            if dropped > 0, !trouble.isOverflowTold {
                trouble.isOverflowTold = true
                observer.spans(.overflowing)
            }
            let spans = queue.take(Self.batch)
            guard !spans.isEmpty else { return }
            await send(spans, &trouble)
        }
    }

    private func send(_ spans: [FinishedSpan], _ trouble: inout Trouble) async {
        let count = UInt64(spans.count)
        let document = OTLPDocument(spans, of: resource).json
        var attempt = 0
        while true {
            switch await post(document) {
            case .taken(let refused, let why):
                queue.count {
                    $0.delivered += count - min(count, refused)
                    $0.refused += min(count, refused)
                }
                if refused > 0 { return tell(.refused(why), &trouble, lost: min(count, refused)) }
                if trouble.isOver() { observer.spans(.recovered(lost: trouble.lost)) }
                trouble.lost = 0
                return
            case .refused(let why):
                queue.count { $0.refused += count }
                return tell(.refused(why), &trouble, lost: count)
            case .again(let why, let after):
                attempt += 1
                tell(.unreachable(why), &trouble, lost: 0)
                // Whoever is to end tries once.
                guard attempt < Self.attempts, !Task.isCancelled else {
                    queue.count { $0.undelivered += count }
                    trouble.lost += count
                    return
                }
                try? await pause(after ?? Self.pause(before: attempt))
            }
        }
    }

    private func tell(_ news: ExportNews, _ trouble: inout Trouble, lost: UInt64) {
        trouble.lost += lost
        let kind: Trouble.Kind = if case .unreachable = news { .unreachable } else { .refused }
        if trouble.isNews(kind) { observer.spans(news) }
    }

    /// What has been told, so that it is told once: a trouble until it is over or another one, and again after a minute at the
    /// earliest, for a collector that takes every second batch; that spans were dropped, once.
    private struct Trouble {
        enum Kind { case unreachable, refused }

        var lost: UInt64 = 0
        var isOverflowTold = false
        private var known: Kind?
        private var quietUntil = ContinuousClock.now

        mutating func isNews(_ kind: Kind) -> Bool {
            guard kind != known, known != nil || ContinuousClock.now >= quietUntil else { return false }
            known = kind
            quietUntil = .now + .seconds(60)
            return true
        }

        /// Whether one was told.
        mutating func isOver() -> Bool {
            defer { known = nil }
            return known != nil
        }
    }

    /// OTLP/HTTP asks for a random part: so collectors that come back do not hear from all at once.
    static func pause(before attempt: Int) -> Duration {
        let whole = min(firstPause * (1 << min(attempt - 1, 10)), longestPause)
        return whole * Double.random(in: 0.5...1)
    }

    private func post(_ document: [UInt8]) async -> Outcome {
        // A batch that is on its way is not called back when the process ends: it would be sent twice.
        let sending = Task { [collector] in try await collector.post(document) }
        do {
            let answer = try await sending.value
            return Self.outcome(of: answer)
        } catch {
            return .again("\(error)", after: nil)
        }
    }

    /// OTLP/HTTP, "Full success" to "Retryable response codes".
    private static func outcome(of answer: CollectorAnswer) -> Outcome {
        switch answer.status {
        case 200..<300:
            let partial = try? JSONDecoder().decode(PartialSuccess.self, from: Data(answer.content)).partialSuccess
            let refused = partial?.rejectedSpans?.count ?? 0
            return .taken(refused: refused, because: printable(partial?.errorMessage ?? "it says no reason"))
        case 429, 502, 503, 504:
            // Not for longer than it would be waited for at most.
            let after = answer.retryAfter.map { min(.seconds(max(0, $0)), longestPause) }
            return .again("it answers with status \(answer.status)", after: after)
        default:
            return .refused("it answers with status \(answer.status)")
        }
    }

    /// What a collector says stands in a log.
    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.prefix(200).map { (0x20...0x7E).contains($0.value) ? Character($0) : "?" })
    }
}

/// ExportTraceServiceResponse.
private struct PartialSuccess: Decodable {
    struct Part: Decodable {
        let rejectedSpans: Count?
        let errorMessage: String?
    }

    /// Protocol Buffers' JSON mapping: 64-bit numbers are written as text, and read as either.
    struct Count: Decodable {
        let count: UInt64

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let text = try? value.decode(String.self) {
                count = UInt64(text) ?? 0
            } else {
                count = try value.decode(UInt64.self)
            }
        }
    }

    let partialSuccess: Part?
}
