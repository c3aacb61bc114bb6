import NIOCore
import SymbolonAccessPolicy
import SymbolonProxy
import SymbolonTransport
import Tracing

/// A protected HTTP service with a backend that notes what it gets.
struct HTTPStage {
    let stage: Stage
    let origin: Origin
    let end: RunningEnd

    init(
        _ policy: Policy? = nil, to endpoint: Endpoint? = nil, limits: EndLimits = EndLimits(),
        tracer: (any Tracer)? = nil,
        _ adjust: (inout HTTPService) -> Void = { _ in }
    ) async throws {
        let (stage, origin) = (try Stage(), try await Origin())
        (self.stage, self.origin) = (stage, origin)
        var service = HTTPService()
        adjust(&service)
        let trust = try policy.map { try stage.serviceTrust(under: $0) } ?? stage.serviceTrust()
        end = try await stage.protect(endpoint ?? origin.endpoint, trust: trust, tracer: tracer) { [service] in
            $0.http = service
            $0.limits = limits
            $0.tls.handshakeDeadline = .seconds(60)
        }
    }

    /// The host that the service's own certificate names, and its clients ask for.
    static let host = "web.example.internal"

    func client(_ name: String = "alice", serverName: String? = HTTPStage.host, alpn: [String] = ["http/1.1"])
        async throws -> Peer
    {
        var settings = TLSSettings()
        settings.alpn = alpn
        settings.handshakeDeadline = .seconds(60)
        return try await tlsClient(end.port, try stage.tls(name), serverName: serverName, settings: settings)
    }

    /// The answer to one request on a connection of its own, to its end.
    func answer(_ request: String, as name: String = "alice", serverName: String? = HTTPStage.host) async throws
        -> String
    {
        let client = try await client(name, serverName: serverName)
        client.send(request)
        let text = String(decoding: await client.inputEnded().bytes, as: UTF8.self)
        client.close()
        return text
    }

    func stop() async throws {
        await end.stop(within: .zero)
        try await origin.stop()
    }
}

/// A request that is the last of its connection.
func last(_ line: String, _ fields: String..., host: String = HTTPStage.host, content: String = "") -> String {
    let head = [line + " HTTP/1.1", "Host: \(host)", "Connection: close"] + fields
    return head.joined(separator: "\r\n") + "\r\n\r\n" + content
}

extension String {
    /// The status of an answer.
    var status: String { String(split(separator: " ", maxSplits: 2).dropFirst().first ?? "") }
}
