internal import NIOCore
internal import NIOHTTP1

/// `/metrics` on a port of its own, for whoever can reach that port.
struct MetricsRoute: PublicRoute {
    /// What is known when it is asked.
    let registry: @Sendable () async -> MetricsRegistry

    func answer(_ request: PublicRequest) -> PublicAnswer? {
        guard request.path == "/metrics" || request.path.hasPrefix("/metrics?") else { return nil }
        guard request.method == .GET || request.method == .HEAD else { return .now(.methodNotAllowed) }
        return .later { [registry] in
            PublicResponse(
                status: .ok,
                headers: ["content-type": PrometheusText.mediaType, "cache-control": "no-store"],
                body: ByteBuffer(string: await registry().page()))
        }
    }
}
