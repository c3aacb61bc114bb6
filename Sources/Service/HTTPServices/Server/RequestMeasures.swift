internal import HTTPTypes
internal import Metrics
internal import NIOCore

/// What the server counts. Labels come from fixed sets, so that a stranger cannot make a page of metrics grow.
struct RequestMeasures: Sendable {
    func answered(
        _ method: HTTPRequest.Method, _ status: HTTPResponse.Status, route: String?, in time: TimeAmount
    ) {
        let dimensions = [
            ("method", Self.known.contains(method.rawValue) ? method.rawValue : "other"),
            ("route", route ?? "none"), ("status", String(status.code)),
        ]
        Counter(label: "symbolon_http_requests_total", dimensions: dimensions).increment()
        Metrics.Timer(label: "symbolon_http_request_seconds", dimensions: [dimensions[1]])
            .recordNanoseconds(time.nanoseconds)
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
