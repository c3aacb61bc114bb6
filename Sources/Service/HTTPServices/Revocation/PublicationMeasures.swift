internal import Metrics

/// What is counted of revocation lists and filters.
public struct PublicationMeasures: Sendable {
    public init() {}

    public func published(_ count: Int) {
        if count > 0 { Counter(label: "symbolon_lists_published_total").increment(by: count) }
    }

    public func failed() { Counter(label: "symbolon_lists_failed_total").increment() }

    /// How long the list that ends first still holds, in seconds.
    public func left(_ seconds: Double, _ kind: String) {
        Gauge(label: "symbolon_list_seconds_left", dimensions: [("kind", kind)]).record(seconds)
    }

    /// How many should have been made anew long ago.
    public func late(_ count: Int) { Gauge(label: "symbolon_lists_late").record(count) }

    public func publishedFilter(octets: Int) {
        Counter(label: "symbolon_filters_published_total").increment()
        Gauge(label: "symbolon_filter_bytes").record(octets)
    }

    public func failedFilter() { Counter(label: "symbolon_filters_failed_total").increment() }

    public func lateFilters(_ count: Int) { Gauge(label: "symbolon_filters_late").record(count) }
}
