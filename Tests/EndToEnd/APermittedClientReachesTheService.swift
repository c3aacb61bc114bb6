import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("A permitted client reaches the service, proved both ways")
    struct APermittedClientReachesTheService {
        @Test("through both ends bytes come back whole, and each end tells who the other is")
        func honestPath() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            var random = SeededRandom(seed: 1)
            let sent = random.bytes(3_000_000)

            let client = try await Socket.connect(reach.port)
            async let received = client.readToEnd()
            try await client.write(sent)
            client.endOutput()
            let (bytes, isReset) = try await received
            #expect(bytes == sent)
            #expect(!isReset)

            let atService = try await protect.ends.event("accepted")
            #expect(atService["peer"] == "spiffe://example.internal/laptop")
            #expect(atService["rule"] == "spiffe://example.internal/laptop")
            #expect(atService["revocation"] == "good")
            #expect(atService["version"] == "TLS 1.3")
            let atDoor = try await reach.ends.event("accepted")
            #expect(atDoor["peer"] == "spiffe://example.internal/web")
            #expect(atDoor["serial"] == atService["ownSerial"])
            #expect(atDoor["ownSerial"] == atService["serial"])
            #expect(try await protect.ends.event("closed")["reason"] == "finished")

            let counters = try await protect.ends.stop()
            #expect(counters.number("accepted") == 1)
            #expect(counters.number("bytesUp") == sent.count)
            #expect(counters.number("bytesDown") == sent.count)
            #expect(counters.number("backendBytesBeforeProof") == 0)
            _ = try await reach.ends.stop()
        }

        @Test("a client that no rule allows is proved, refused, and told apart from one that is")
        func otherClient() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "visitor")
            let client = try await Socket.connect(reach.port)
            await client.offer(Array("hello".utf8))
            let (bytes, _) = try await client.readToEnd()
            #expect(bytes.isEmpty)
            let refused = try await protect.ends.event("refused")
            #expect(refused["reason"] == "policy")
            #expect(refused["subject"] == "spiffe://example.internal/visitor")
            #expect(refused["alert"] == "access_denied")
            let counters = try await protect.ends.stop()
            #expect(counters.number("refused.policy") == 1)
            #expect(counters.number("backendBytesBeforeProof") == 0)
            #expect(backend.connections == 0)
        }

        @Test("with no rule at all it starts, says so, and refuses everybody")
        func noRule() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend)
            let warning = try await protect.ends.event("warning")
            #expect(warning["what"]?.hasPrefix("nobody is allowed") == true)
            let reach = try await machine.reach("--as", "laptop")
            let (bytes, _) = try await Socket.connect(reach.port).readToEnd()
            #expect(bytes.isEmpty)
            #expect(try await protect.ends.event("refused")["reason"] == "policy")
            #expect(backend.connections == 0)
        }

        @Test("a door sends nothing to a service that proves to be another")
        func otherService() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop", "--expect", "ledger")
            let client = try await Socket.connect(reach.port)
            await client.offer(Array("for the ledger only".utf8))
            #expect(try await client.readToEnd().bytes.isEmpty)
            let refused = try await reach.ends.event("refused")
            #expect(refused["reason"] == "nameMismatch")
            #expect(refused["explanation"]?.contains("spiffe://example.internal/ledger") == true)
            #expect(backend.bytes == 0)
            _ = try await protect.ends.stop()
        }
    }
}
