import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("T35: who holds sockets does not take the last descriptor")
    struct DescriptorsRunShort {
        /// What the process may have open, and more sockets than that.
        private static let (limit, crowd) = (128, 300)
        /// 12 are left for files whatever comes.
        private static let most = limit - 12

        private let limited = ["/usr/bin/prlimit", "--nofile=\(limit)"]

        private func holding(_ port: Int, saying words: String = "") async throws -> [Socket] {
            var held: [Socket] = []
            for number in 0..<Self.crowd {
                let socket = try await Socket.connect(port, from: UInt8(2 + number % 20))
                await socket.offer(Array(words.utf8))
                held.append(socket)
            }
            return held
        }

        /// While they are held, through several spells. The pace: that nothing more is taken is no event.
        private func watch(_ program: RunningProgram) async throws {
            for _ in 0..<40 {
                #expect(try program.openFiles <= Self.most)
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(program.isRunning)
        }

        /// The process lives, and serves again without a restart.
        @Test("a service of bytes: sockets that stall give way, and an honest client gets through before all are gone")
        func stream() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--handshake-deadline", "5", by: limited)
            let port = try await protect.listening()
            let reach = try await machine.reach("--as", "laptop")
            let client: Socket
            do {
                let held = try await holding(port)
                try await protect.event("acceptPaused")
                async let echoed = Socket.echoed(reach.port)
                try await watch(protect.program)
                client = try await echoed
                #expect(held.count == Self.crowd)
            }
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
            #expect(counters.number("accepted") ?? 0 >= 11)
            #expect(counters.number("backendBytesBeforeProof") == 0)
        }

        @Test("a service that reads requests")
        func requests() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--http", "--handshake-deadline", "5", by: limited)
            let port = try await protect.listening()
            do {
                let held = try await holding(port)
                try await protect.event("acceptPaused")
                try await watch(protect.program)
                #expect(held.count == Self.crowd)
            }
            let reach = try await machine.reach("--as", "laptop")
            let client = try await Socket.connect(reach.port)
            try await client.write(Array("GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n".utf8))
            #expect(String(decoding: try await client.readToEnd().bytes, as: UTF8.self).hasPrefix("HTTP/1.1 "))
            _ = try await protect.stop()
        }

        @Test("a service that reads requests: who is let in does not take the last by what is asked of the service")
        func proved() async throws {
            let machine = try Machine()
            let silent = try ListeningSocket()
            let protect = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(silent.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--http", "--http-host", "web", by: limited)
            _ = try await protect.listening()
            let reach = try await machine.reach("--as", "laptop")
            var clients: [Socket] = []
            // One of each is open for every client who is let in, and soon there are two.
            for _ in 0..<50 { clients.append(try await Socket.connect(reach.port)) }
            try await protect.event("accepted", number: clients.count - 1)
            for client in clients { try await client.write(Array("GET / HTTP/1.1\r\nHost: web\r\n\r\n".utf8)) }
            let refused = try await protect.event("requestRefused") { $0["reason"] == "backendUnreachable" }
            try await watch(protect.program)
            #expect(refused["explanation"]?.contains("too many open files") == true, "\(refused)")
        }

        @Test("an authority: its own port, and the one that answers everybody")
        func authority() async throws {
            let published = try ListeningSocket().port
            let served = try await Served.start(
                "--publish-at", "http://127.0.0.1:\(published)", "--publish-on", "127.0.0.1:\(published)", by: limited)
            for (port, words) in [(try #require(served.port), ""), (published, "GET ")] {
                do {
                    let held = try await holding(port, saying: words)
                    try await watch(served.server)
                    #expect(held.count == Self.crowd)
                }
                let page = "http://127.0.0.1:\(published)/"
                let answer = try run("/usr/bin/curl", ["-sSk", "--max-time", "60", "-w", "%{http_code}", page])
                #expect(answer.out.hasSuffix("404"), "\(answer.err)")
            }
        }
    }
}
