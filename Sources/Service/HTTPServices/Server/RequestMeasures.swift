internal import HTTPTypes
internal import Metrics
internal import NIOCore
internal import Synchronization

/// What the server counts. Labels come from fixed sets, so that a stranger cannot make a page of metrics grow.
final class RequestMeasures: Sendable {
    private struct Kind: Hashable {
        let method: String
        let route: String
        let status: Int
    }

    private struct Series {
        let count: Counter
        let time: Metrics.Timer
    }

    /// One for each kind of request so far: to put its labels together again would cost more than many an answer.
    private let series = Mutex<[Kind: Series]>([:])

    func answered(
        _ method: HTTPRequest.Method, _ status: HTTPResponse.Status, route: String?, in time: TimeAmount
    ) {
        let kind = Kind(
            method: Self.known.contains(method.rawValue) ? method.rawValue : "other", route: route ?? "none",
            status: status.code)
        let series = series.withLock { known in
            if let one = known[kind] { return one }
            let one = Self.series(kind)
            known[kind] = one
            return one
        }
        series.count.increment()
        series.time.recordNanoseconds(time.nanoseconds)
    }

    private static func series(_ kind: Kind) -> Series {
        let route = ("route", kind.route)
        return Series(
            count: Counter(
                label: "symbolon_http_requests_total",
                dimensions: [("method", kind.method), route, ("status", String(kind.status))]),
            time: Metrics.Timer(label: "symbolon_http_request_seconds", dimensions: [route]))
    }

    func limited(_ limit: String) {
        Counter(label: "symbolon_http_limited_total", dimensions: [("limit", limit)]).increment()
    }

    func refusedHandshake(_ reason: String) {
        Counter(label: "symbolon_handshakes_refused_total", dimensions: [("reason", reason)]).increment()
    }

    func connections(_ count: Int) {
        Gauge(label: "symbolon_http_connections").record(count)
    }

    func cut(_ count: Int) {
        if count > 0 { Counter(label: "symbolon_http_connections_cut_total").increment(by: count) }
    }

    private static let known: Set<String> = ["GET", "HEAD", "POST", "PUT", "DELETE"]
}
