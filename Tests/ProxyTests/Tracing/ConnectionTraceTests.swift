import InMemoryTracing
import NIOCore
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import Testing
import Tracing

@Suite("Traces: a connection is one span, from accept to its end", .timeLimit(.minutes(5)))
struct ConnectionTraceTests {
    private let tracer = InMemoryTracer()

    private func text(_ span: FinishedInMemorySpan, _ key: String) -> String? {
        switch span.attributes.get(key) {
        case .string(let text): text
        case .int64(let number): "\(number)"
        case .bool(let truth): "\(truth)"
        default: nil
        }
    }

    private func spans(_ count: Int) throws -> [FinishedInMemorySpan] {
        let spans = tracer.finishedSpans
        try #require(spans.count == count && tracer.activeSpans.isEmpty, "\(spans.map(\.operationName))")
        return spans
    }

    @Test("at a service and at its door: both identities, the handshake, the rule, and how much passed")
    func honest() async throws {
        let (stage, doorLog, doorTracer) = (try Stage(), EventLog(), InMemoryTracer())
        let backend = try await Backend()
        let service = try await stage.protect(backend.endpoint, tracer: tracer)
        let door = try await stage.reach(service.port, log: doorLog, tracer: doorTracer)
        let client = try await plainClient(door.port)
        client.send("hello")
        #expect(await client.received("hello"))
        try await client.endOutput()
        _ = await client.inputEnded()
        _ = await (stage.log.closed(1), doorLog.closed(1))
        let span = try #require(try spans(1).first)
        #expect(
            span.operationName == "protect web" && span.kind == .server && span.status == nil
                && span.parentSpanID == nil)
        let facts = try #require(stage.log.closed.first)
        let expected = [
            "symbolon.connection.id": "protect/web/\(facts.facts.id)", "symbolon.service": "web",
            "symbolon.role": "protect", "symbolon.peer": "spiffe://example.internal/alice",
            "symbolon.own": "spiffe://example.internal/web", "symbolon.rule": "spiffe://example.internal/alice",
            "symbolon.revocation": "good", "symbolon.reason": "finished", "symbolon.bytes.up": "5",
            "symbolon.bytes.down": "5", "tls.protocol.name": "tls", "tls.protocol.version": "1.3",
            "tls.curve": "X25519MLKEM768", "tls.cipher": facts.facts.session.cipher, "tls.established": "true",
            "network.transport": "tcp", "network.peer.address": "127.0.0.1",
            "network.peer.port": "\(facts.facts.flow.source?.port ?? 0)", "network.local.port": "\(service.port)",
        ]
        for (key, value) in expected { #expect(text(span, key) == value, "\(key)") }
        #expect(span.events.map(\.name) == ["symbolon.handshake", "symbolon.decision", "symbolon.connected"])
        let (start, end) = (span.startInstant.nanosecondsSinceEpoch, span.endInstant.nanosecondsSinceEpoch)
        #expect(start < end && start <= span.events[0].nanosecondsSinceEpoch)

        let other = try #require(doorTracer.finishedSpans.first)
        #expect(doorTracer.finishedSpans.count == 1 && other.operationName == "reach web" && other.kind == .client)
        #expect(text(other, "symbolon.peer") == "spiffe://example.internal/web" && other.status == nil)
        // The service is connected before it can prove itself.
        #expect(other.events.map(\.name) == ["symbolon.connected", "symbolon.handshake", "symbolon.decision"])
        await door.stop()
        await service.stop()
    }

    @Test("who is refused is an error with its reason, and nothing that it claims")
    func refused() async throws {
        let stage = try Stage()
        let end = try await stage.protect(try await Backend().endpoint, tracer: tracer)
        for identity in [nil, try stage.tls("bob")] {
            let client = try await tlsClient(end.port, identity)
            _ = await client.closed()
        }
        _ = await stage.log.refusals(2)
        let spans = try spans(2)
        #expect(spans.map { text($0, "error.type") } == ["noCertificate", "policy"])
        #expect(spans.map { text($0, "symbolon.stage") } == ["handshake", "policy"])
        #expect(spans.map { text($0, "symbolon.peer") } == [nil, "spiffe://example.internal/bob"])
        #expect(spans.allSatisfy { $0.status?.code == .error && text($0, "tls.established") == "false" })
        #expect(spans[1].status?.message == stage.log.refusals[1].explanation && Set(spans.map(\.traceID)).count == 2)
        await end.stop()
    }

    @Test("a backend that cannot be reached, a service that is not there, and a live peer that is revoked, are errors")
    func broken() async throws {
        let stage = try Stage()
        // RFC 6335 §6: tcpmux, at which nobody listens.
        let nobody = 1
        let end = try await stage.protect(.host("127.0.0.1", port: nobody), tracer: tracer)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        _ = await (client.inputEnded(), stage.log.closed(1))
        client.close()
        await end.stop()
        let unreached = try #require(tracer.popFinishedSpans().first)
        #expect(text(unreached, "error.type") == "unreachable" && unreached.status?.code == .error)
        #expect(unreached.events.map(\.name) == ["symbolon.handshake", "symbolon.decision", "symbolon.unreached"])

        let door = try await stage.reach(nobody, tracer: tracer)
        // Its connection may be reset before it is told that there is one.
        _ = try? await plainClient(door.port)
        _ = await stage.log.event("backendFailed", times: 2)
        let alone = try #require(tracer.popFinishedSpans().first)
        #expect(alone.operationName == "reach web" && text(alone, "error.type") == "unreachable")
        await door.stop()

        let backend = try await Backend()
        let live = try await stage.protect(backend.endpoint, tracer: tracer)
        let held = try await tlsClient(live.port, try stage.tls("alice"))
        held.send("hello")
        #expect(await held.received("hello") && tracer.finishedSpans.isEmpty && tracer.activeSpans.count == 1)
        try live.replace(try stage.serviceTrust(revocation: try stage.revocation("alice", epoch: 2)))
        _ = await stage.log.closed(2)
        let cut = try #require(try spans(1).first)
        #expect(text(cut, "error.type") == "revoked" && cut.status?.code == .error)
        await live.stop()
    }
}
