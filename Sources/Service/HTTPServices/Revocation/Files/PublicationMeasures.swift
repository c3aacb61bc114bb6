internal import Metrics

/// What is counted of what is published.
public struct PublicationMeasures: Sendable {
    public init() {}

    public func published(_ kind: PublicationKind, _ count: Int) {
        if count > 0 { Counter(label: "symbolon_\(kind.label)_published_total").increment(by: count) }
    }

    public func failed(_ kind: PublicationKind) {
        Counter(label: "symbolon_\(kind.label)_failed_total").increment()
    }

    /// How many should have been made anew long ago.
    public func late(_ kind: PublicationKind, _ count: Int) {
        Gauge(label: "symbolon_\(kind.label)_late").record(count)
    }

    /// How long the list that ends first still holds, in seconds.
    public func left(_ seconds: Double, ofList kind: String) {
        Gauge(label: "symbolon_list_seconds_left", dimensions: [("kind", kind)]).record(seconds)
    }

    public func filter(octets: Int) { Gauge(label: "symbolon_filter_bytes").record(octets) }
}
