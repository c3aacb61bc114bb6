internal import Metrics
internal import SymbolonRevocation

/// What is counted of the responder.
public struct AnswerMeasures: Sendable {
    private let keptAnswers: Counter
    private let madeAnswers: Counter

    /// - Parameter registry: looked up once: an answer costs less than finding a counter by its name.
    public init(in registry: MetricsRegistry = .installed) {
        func counter(_ kind: String) -> Counter {
            Counter(label: "symbolon_ocsp_answers_total", dimensions: [("kind", kind)], factory: registry)
        }
        (keptAnswers, madeAnswers) = (counter("kept"), counter("made"))
    }

    func kept() { keptAnswers.increment() }
    func made() { madeAnswers.increment() }

    func refused(_ refusal: AnswerRefusal) {
        Counter(label: "symbolon_ocsp_refused_total", dimensions: [("status", refusal.rawValue)]).increment()
    }

    /// How long the responder's certificate still holds, and how many answers are kept.
    public func standing(secondsLeft: Double, kept: Int) {
        Gauge(label: "symbolon_responder_seconds_left").record(secondsLeft)
        Gauge(label: "symbolon_ocsp_answers_kept").record(kept)
    }
}
