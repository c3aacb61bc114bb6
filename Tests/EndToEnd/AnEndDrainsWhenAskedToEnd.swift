import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("An end drains when asked to end")
    struct AnEndDrainsWhenAskedToEnd {
        @Test(
            "on SIGTERM it takes no more, lets a live connection finish, counts, and ends well",
            arguments: [SIGTERM, SIGINT])
        func drains(_ number: Int32) async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            let client = try await Socket.echoed(reach.port)

            protect.ends.signal(number)
            // Once nobody listens there, the end is draining.
            while (try? await Socket.connect(protect.port)) != nil {}
            try await client.write([2])
            #expect(try await client.read(1) == [2])
            client.endOutput()
            #expect(try await client.readToEnd().isReset == false)

            let counters = try await protect.ends.event("counters")
            #expect(counters.number("bytesUp") == 2)
            #expect(try await protect.ends.event("draining").number("live") == 1)
            #expect(try await protect.ends.ended().status == 0)
        }

        @Test("a client that is revoked while the end drains is cut at once; another may finish")
        func revoked() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop", "--allow", "phone")
            let (laptop, phone) = (try await machine.reach("--as", "laptop"), try await machine.reach("--as", "phone"))
            let (cut, other) = (try await Socket.connect(laptop.port), try await Socket.connect(phone.port))
            for socket in [cut, other] {
                try await socket.write([1])
                #expect(try await socket.read(1) == [1])
            }
            protect.ends.signal(SIGTERM)
            try await protect.ends.event("draining")
            try machine.done("identity", "revoke", "laptop")
            _ = try await cut.readToEnd()
            #expect(try await protect.ends.event("closed")["reason"] == "revoked")
            try await other.write([2])
            #expect(try await other.read(1) == [2])
            other.endOutput()
            #expect(try await other.readToEnd().isReset == false)
            #expect(try await protect.ends.ended().status == 0)
        }

        @Test("a second signal ends it at once, with the status that says so")
        func secondSignal() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            let held = try await Socket.echoed(reach.port)
            protect.ends.signal(SIGTERM)
            while (try? await Socket.connect(protect.port)) != nil {}
            #expect(protect.ends.isRunning)
            protect.ends.signal(SIGTERM)
            #expect(try await protect.ends.ended().status == 128 + SIGTERM)
            // Until here: without it the end has nobody to wait for.
            #expect(try await held.readToEnd().bytes.isEmpty)
        }
    }
}
