import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("Strangers cannot hold an end")
    struct StrangersCannotHoldAnEnd {
        @Test("T33: silent sockets are gone at the deadline, while an honest client is served")
        func silentSockets() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop", "--handshake-deadline", "2")
            let reach = try await machine.reach("--as", "laptop")
            let clock = ContinuousClock()
            let start = clock.now
            var held: [Socket] = []
            for index in 0..<150 {
                let socket = try await Socket.connect(protect.port)
                // A third silent, a third that begin a ClientHello, a third that send what is no TLS.
                if index % 3 == 1 { try await socket.write([0x16, 3, 1, 2, 0, 1, 0]) }
                if index % 3 == 2 { try? await socket.write([0x16, 3, 1]) }
                held.append(socket)
            }
            let client = try await Socket.connect(reach.port)
            try await client.write([1])
            #expect(try await client.read(1) == [1])

            for socket in held { #expect(try await socket.readToEnd().bytes.count <= 7) }
            #expect(clock.now - start < .seconds(8))
            try await client.write([2])
            #expect(try await client.read(1) == [2])
            client.endOutput()
            _ = try await client.readToEnd()
            let counters = try await protect.ends.stop()
            #expect(counters.number("refused.handshakeTimedOut") == 150)
            #expect(counters.number("handshakesInProgress") == 0)
            #expect(counters.number("backendBytesBeforeProof") == 0)
        }

        @Test("T35: with 64 descriptors and 200 held sockets it lives, and serves again without a restart")
        func descriptorsRunOut() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--handshake-deadline", "5", by: ["/usr/bin/prlimit", "--nofile=64"])
            let port = try await protect.listening()
            let reach = try await machine.reach("--as", "laptop")
            var held: [Socket] = []
            for _ in 0..<200 { held.append(try await Socket.connect(port)) }
            try await protect.event("acceptPaused")

            // Held sockets give way; whoever is honest gets through before all of them are gone.
            let client = try await Socket.connect(reach.port)
            try await client.write([1])
            #expect(try await client.read(1) == [1])
            held = []
            try await protect.event("acceptResumed")
            for number in UInt8(2)..<12 {
                let next = try await Socket.connect(reach.port)
                try await next.write([number])
                #expect(try await next.read(1) == [number])
                next.endOutput()
                _ = try await next.readToEnd()
            }
            client.endOutput()
            _ = try await client.readToEnd()
            let counters = try await protect.stop()
            #expect(counters.number("accepted") == 11)
            #expect(counters.number("backendBytesBeforeProof") == 0)
        }
    }
}
