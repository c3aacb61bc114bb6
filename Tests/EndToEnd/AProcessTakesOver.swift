import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("A process goes on in another's place")
    struct AProcessTakesOver {
        private func successor(
            _ machine: Machine, _ backend: Backend, listen: String = "127.0.0.1:0", _ more: String...
        ) throws -> Ends {
            try Ends(
                [
                    "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", listen, "--allow", "laptop",
                    "--take-over", "--home", machine.home,
                ] + more)
        }

        @Test("the same sockets; what is live goes on in the old one to its end, judged still; then it ends well")
        func handedOver() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let old = try await machine.protect(to: backend, "--allow", "laptop", "--allow", "phone")
            let (laptop, phone) = (try await machine.reach("--as", "laptop"), try await machine.reach("--as", "phone"))
            let (held, cut) = (try await Socket.connect(laptop.port), try await Socket.connect(phone.port))
            for socket in [held, cut] {
                try await socket.write([1])
                #expect(try await socket.read(1) == [1])
            }
            let next = try successor(machine, backend)
            #expect(try await next.listening() == old.port)
            #expect(try await next.event("tookOver").number("sockets") == 1)
            try await old.ends.event("retired")
            // Who comes now comes to the new one.
            let fresh = try await Socket.connect(laptop.port)
            try await fresh.write([2])
            #expect(try await fresh.read(1) == [2])
            try await next.event("accepted")
            // A number is of one process: what is closed there is not closed here.
            let process = try #require(try Self.process(of: machine, serving: 1))
            try machine.done("connections", "close", "--peer", "laptop", "--process", "\(process)")
            _ = try await fresh.readToEnd()
            // Who was there is served by the old one, which hears what is revoked.
            try await held.write([3])
            #expect(try await held.read(1) == [3])
            try machine.done("identity", "revoke", "phone")
            _ = try await cut.readToEnd()
            #expect(try await old.ends.event("closed")["reason"] == "revoked")
            #expect(old.ends.isRunning)
            held.endOutput()
            #expect(try await held.readToEnd().isReset == false)
            #expect(try await old.ends.ended().status == 0)
            // Its end took nothing of the new one's: a door that is opened now finds it.
            let door = try await machine.reach("--as", "laptop")
            let late = try await Socket.connect(door.port)
            try await late.write([4])
            #expect(try await late.read(1) == [4])
            late.endOutput()
            _ = try await late.readToEnd()
            for ends in [laptop.ends, phone.ends, door.ends, next] { _ = try await ends.stop() }
        }

        @Test("five hundred connections while two upgrades run: none is refused, and none is cut")
        func underLoad() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let first = try await machine.protect(to: backend, "--allow", "laptop")
            let reach = try await machine.reach("--as", "laptop")
            var held: [Socket] = []
            for number in 0..<20 {
                let socket = try await Socket.connect(reach.port)
                try await socket.write([UInt8(number)])
                #expect(try await socket.read(1) == [UInt8(number)])
                held.append(socket)
            }
            let port = reach.port
            async let load = Self.connect(500, to: port)
            let second = try successor(machine, backend)
            try await second.event("tookOver")
            let third = try successor(machine, backend)
            try await third.event("tookOver")
            let failed = try await load
            #expect(failed == 0)
            for (number, socket) in held.enumerated() {
                try await socket.write([UInt8(number + 100)])
                #expect(try await socket.read(1) == [UInt8(number + 100)])
                socket.endOutput()
                #expect(try await socket.readToEnd().isReset == false)
            }
            let counters = try await reach.ends.stop()
            #expect(counters.number("refusedInTotal") ?? 0 == 0 && counters.number("backendFailures") == 0)
            for ends in [first.ends, second] { #expect(try await ends.ended().status == 0) }
            _ = try await third.stop()
            for ends in [first.ends, second, third] {
                #expect(ends.count(in: 0..<ends.count) { $0["event_type"] == "refused" } == 0)
                #expect(ends.count(in: 0..<ends.count) { $0["event_type"] == "accepted" } > 0)
            }
        }

        /// Ten at a time. Returns how many did not get back what they sent.
        private static func connect(_ count: Int, to port: Int) async throws -> Int {
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        var failed = 0
                        for round in 0..<(count / 10) { failed += await echo(UInt8(round % 251), at: port) ? 0 : 1 }
                        return failed
                    }
                }
                return try await group.reduce(0, +)
            }
        }

        private static func echo(_ byte: UInt8, at port: Int) async -> Bool {
            do {
                let socket = try await Socket.connect(port)
                try await socket.write([byte, byte])
                guard try await socket.read(2) == [byte, byte] else { return false }
                socket.endOutput()
                return try await socket.readToEnd().isReset == false
            } catch {
                return false
            }
        }

        /// Which process has so many live connections at its service.
        private static func process(of machine: Machine, serving count: Int) throws -> Int? {
            let live = try machine.done("connections", "--service", "web", "--json").split(separator: "\n")
                .compactMap { Event(String($0)) }.filter { $0["role"] == "protect" }
            let processes = Dictionary(grouping: live) { $0.number("process") ?? 0 }
            return processes.first { $0.value.count == count }?.key
        }

        @Test("nothing to take over: it starts by itself; other ends or another address: it does not start")
        func refused() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let alone = try successor(machine, backend)
            _ = try await alone.listening()
            #expect(try await alone.event("tookOver").number("sockets") == 0)
            let moved = try successor(machine, backend, listen: "127.0.0.1:1")
            let (status, complaint) = try await moved.ended()
            #expect(status == 78 && complaint.contains("is to listen at another address"), "\(complaint)")
            #expect(alone.isRunning)

            let configuration = try machine.folder.write(
                """
                protect:
                  - {name: db, listen: 127.0.0.1:0, to: 127.0.0.1:9, allow: [laptop]}
                  - {name: mail, listen: 127.0.0.1:0, to: 127.0.0.1:9, allow: [laptop]}
                """, to: "ends.yaml")
            let two = try machine.start("run", "--config", configuration)
            _ = try await two.listening("mail")
            let one = try Ends(
                [
                    "protect", "db", "--to", "127.0.0.1:9", "--listen", "127.0.0.1:0", "--take-over", "--home",
                    machine.home,
                ])
            let ended = try await one.ended()
            #expect(ended.status != 0 && ended.complaint.contains("it also serves protect/mail"), "\(ended)")
            #expect(two.isRunning)
            _ = try await alone.stop()
            two.signal(SIGTERM)
            _ = try await two.ended()
        }

        @Test("the page of metrics moves with it, and a limit cuts what does not end")
        func metricsAndLimit() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let first = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--metrics", "0", "--drain-time", "1s")
            _ = try await first.listening()
            let place = try #require(try await first.event("metrics")["address"])
            let reach = try await machine.reach("--as", "laptop")
            let held = try await Socket.connect(reach.port)
            try await held.write([1])
            #expect(try await held.read(1) == [1])
            let next = try successor(machine, backend, "--metrics", place)
            #expect(try await next.event("metrics")["address"] == place)
            _ = try await held.readToEnd()
            #expect(try await first.event("closed")["reason"] == "stopped")
            #expect(try await first.ended().status == 0)
            _ = try await reach.ends.stop()
            _ = try await next.stop()
        }
    }
}
