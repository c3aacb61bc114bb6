internal import SymbolonEnrollment

/// What a desk has done, and who waits at it, for a page of metrics: taken when the page is asked for.
struct RenewalMeasures {
    private let registry: MetricsRegistry

    init(_ registry: MetricsRegistry) { self.registry = registry }

    func take(from desk: RenewalDesk) async {
        let done = await desk.counters
        count("renewed", done.renewed)
        count("refused", done.refused)
        count("deferred", done.deferred)
        registry.gauge("symbolon_renewals_waiting", []).set(Int64(await desk.waiting()))
    }

    private func count(_ outcome: String, _ value: Int) {
        registry.counter("symbolon_renewals_total", [("outcome", outcome)]).count(upTo: value)
    }
}
