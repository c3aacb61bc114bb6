import Foundation
import NIOCore
import SymbolonAccessPolicy
import SymbolonProxy
import SymbolonTransport
import Testing
import Tracing

@testable import SymbolonTracing

@Suite("Traces: a request goes on with its peer's trace, once it is permitted", .timeLimit(.minutes(5)))
struct RequestTraceTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let parent = "00-\(trace)-b7ad6b7169203331-01"

    private let queue = SpanQueue()
    private var tracer: CollectorTracer { CollectorTracer(queue) }

    private func stage(_ policy: Policy? = nil, to endpoint: Endpoint? = nil) async throws -> HTTPStage {
        try await HTTPStage(policy, to: endpoint, tracer: tracer) { $0.tellsRequests = true }
    }

    private func text(_ span: FinishedSpan?, _ key: String) -> String? {
        switch span?.attributes.get(key) {
        case .string(let text): text
        case .int64(let number): "\(number)"
        default: nil
        }
    }

    private static func ofRequest(_ spans: [FinishedSpan]) -> (server: FinishedSpan?, client: FinishedSpan?) {
        let spans = spans.filter { !$0.name.hasPrefix("protect") }
        return (spans.last { $0.kind == .server }, spans.last { $0.kind == .client })
    }

    /// Those of requests, when so many requests have been told of: the one who answers, then what was asked of the backend.
    private func spans(_ http: HTTPStage, after count: Int = 1) async -> (server: FinishedSpan?, client: FinishedSpan?)
    {
        await http.stage.log.wait { $0.count { $0.name.hasPrefix("request") } >= count }
        return Self.ofRequest(queue.take(100))
    }

    @Test("the backend's traceparent names our span, below our own, below the client's; tracestate goes on")
    func goesOn() async throws {
        let http = try await stage()
        let answer = try await http.answer(
            last("GET /a/b?token=secret", "traceparent: \(Self.parent)", "TraceState: a=1", "tracestate: b=2"))
        #expect(answer.status == "200")
        _ = await http.stage.log.closed(1)
        let all = queue.take(100)
        let (server, client) = Self.ofRequest(all)
        let got = try #require(await http.origin.got(1).first)
        let told = try #require(TraceParent(got.values("traceparent").first ?? ""))
        #expect(got.values("traceparent").count == 1 && got.values("tracestate") == ["a=1,b=2"])
        #expect(told.traceID.description == Self.trace && told.isSampled)
        #expect(told.spanID == client?.place.parent.spanID && client?.parent == server?.place.parent.spanID)
        #expect(server?.parent?.description == "b7ad6b7169203331" && server?.place.parent.traceID == told.traceID)
        #expect(server?.name == "GET" && server?.status == nil && client?.status == nil)
        let expected = [
            "http.request.method": "GET", "url.path": "/a/b", "url.scheme": "https", "server.address": HTTPStage.host,
            "http.response.status_code": "200", "client.address": "127.0.0.1",
            "symbolon.peer": "spiffe://example.internal/alice", "symbolon.service": "web",
            "symbolon.rule": "spiffe://example.internal/alice",
        ]
        for (key, value) in expected { #expect(text(server, key) == value, "\(key)") }
        #expect(
            text(client, "server.port") == "\(http.origin.port)" && text(client, "http.response.status_code") == "200")
        let document = OTLPDocument(
            [server, client].compactMap(\.self), of: .init(name: "", instance: "", version: ""))
        #expect(!String(decoding: document.json, as: UTF8.self).contains("secret"))
        // In a trace of its own, to which the request points.
        let connection = try #require(all.last { $0.name == "protect web" })
        #expect(all.count == 3 && connection.place.parent.traceID != told.traceID)
        #expect(server?.links.first?.context.tracePlace == connection.place)
        try await http.stop()
    }

    @Test(
        "W3C Trace Context §4.3: what is no traceparent, or comes twice, begins a trace, and its tracestate ends",
        arguments: [
            [], ["traceparent: \(parent)", "traceparent: \(parent)"],
            ["traceparent: 00-00000000000000000000000000000000-b7ad6b7169203331-01"],
            ["traceparent: 00-\(trace)-0000000000000000-01"], ["traceparent: ff-\(trace)-b7ad6b7169203331-01"],
            ["traceparent: 00-\(trace.uppercased())-b7ad6b7169203331-01"], ["traceparent: \(parent)-more"],
        ])
    func beginsAnew(_ fields: [String]) async throws {
        let http = try await stage()
        let request = (["GET / HTTP/1.1", "Host: \(HTTPStage.host)", "Connection: close", "tracestate: a=1"] + fields)
            .joined(separator: "\r\n")
        #expect(try await http.answer(request + "\r\n\r\n").status == "200")
        let (server, client) = await spans(http)
        let got = try #require(await http.origin.got(1).first)
        let told = try #require(TraceParent(got.values("traceparent").first ?? ""))
        #expect(got.values("traceparent").count == 1 && got.values("tracestate").isEmpty)
        #expect(told.traceID.description != Self.trace && server?.parent == nil)
        #expect(told == client?.place.parent && told.traceID == server?.place.parent.traceID)
        try await http.stop()
    }

    @Test("without a tracer the fields pass as they came")
    func untouched() async throws {
        let http = try await HTTPStage()
        _ = try await http.answer(last("GET /", "traceparent: x", "traceparent: \(Self.parent)", "tracestate: A"))
        let got = try #require(await http.origin.got(1).first)
        #expect(got.values("traceparent") == ["x", Self.parent] && got.values("tracestate") == ["A"])
        try await http.stop()
    }

    @Test("a trace that its beginner does not record is not recorded here, and goes on")
    func unsampled() async throws {
        let http = try await stage()
        _ = try await http.answer(last("GET /", "traceparent: 00-\(Self.trace)-b7ad6b7169203331-00"))
        let (server, client) = await spans(http)
        let got = try #require(await http.origin.got(1).first)
        let told = try #require(TraceParent(got.values("traceparent").first ?? ""))
        #expect(server == nil && client == nil && told.traceID.description == Self.trace && !told.isSampled)
        #expect(told.spanID.description != "b7ad6b7169203331")
        try await http.stop()
    }

    @Test("whom no rule allows a request, or lets in at all, puts no span into a trace of its choosing")
    func strangers() async throws {
        let http = try await stage(try HTTPRequestTests.rules())
        #expect(try await http.answer(last("GET /closed", "traceparent: \(Self.parent)")).status == "403")
        let (server, client) = await spans(http)
        #expect(client == nil && server?.parent == nil && server?.place.parent.traceID.description != Self.trace)
        #expect(server?.status?.code == .error && text(server, "error.type") == "policy")
        // The honest twin.
        #expect(try await http.answer(last("GET /open/a", "traceparent: \(Self.parent)")).status == "200")
        #expect(await spans(http, after: 2).server?.place.parent.traceID.description == Self.trace)

        let stranger = try await http.client("bob")
        stranger.send(last("GET /open/a", "traceparent: \(Self.parent)"))
        _ = await stranger.closed()
        _ = await http.stage.log.refusals(1)
        let connections = queue.take(100)
        #expect(
            connections.count { $0.status?.code == .error } == 1 && connections.allSatisfy { $0.name == "protect web" })
        #expect(connections.allSatisfy { $0.place.parent.traceID.description != Self.trace })
        try await http.stop()
    }

    @Test("what is no request is an error in a trace of its own; a method that a peer makes up is no name")
    func malformed() async throws {
        let http = try await stage()
        #expect(try await http.answer(last("TRACE /", "traceparent: \(Self.parent)")).status == "405")
        let (server, _) = await spans(http)
        #expect(server?.parent == nil && server?.status?.code == .error)
        #expect(server?.name == "HTTP" && text(server, "http.request.method") == "_OTHER")
        try await http.stop()
    }

    @Test("a backend that breaks, or is not there, is an error of both spans; one that says no is none of ours")
    func broken() async throws {
        let http = try await stage()
        #expect(try await http.answer(last("POST /reset", "Content-Length: 0")).status == "502")
        let reset = await spans(http)
        #expect(
            text(reset.server, "error.type") == "backendBroken" && text(reset.client, "error.type") == "backendBroken")
        #expect(reset.server?.status?.code == .error && text(reset.client, "http.response.status_code") == nil)
        #expect(try await http.answer(last("POST /early", "Content-Length: 0")).status == "409")
        let refused = await spans(http, after: 2)
        #expect(refused.server?.status == nil && refused.client?.status?.code == .error)
        #expect(text(refused.client, "error.type") == "409")
        try await http.stop()

        let nobody = try await stage(to: .host("127.0.0.1", port: 1))
        #expect(try await nobody.answer(last("GET /")).status == "502")
        let alone = await spans(nobody)
        #expect(text(alone.server, "error.type") == "backendUnreachable" && alone.client?.status?.code == .error)
        try await nobody.stop()
    }
}
