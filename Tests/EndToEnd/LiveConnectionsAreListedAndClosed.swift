import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("Live connections are listed and closed by hand, from the end's own home")
    struct LiveConnectionsAreListedAndClosed {
        @Test(
            "who is at both ends, why, how much, and what will end it; and the one that is meant is closed, and may come again"
        )
        func listedAndClosed() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop", "--allow", "phone")
            let (laptop, phone) = (try await machine.reach("--as", "laptop"), try await machine.reach("--as", "phone"))
            let (one, other) = (try await Socket.connect(laptop.port), try await Socket.connect(phone.port))
            for socket in [one, other] {
                try await socket.write([1, 2, 3])
                #expect(try await socket.read(3) == [1, 2, 3])
            }
            let rows = try Self.rows(machine.done("connections", "--service", "web", "--json"))
            #expect(rows.count == 4)
            let atService = try #require(
                rows.first { $0["role"] == "protect" && $0["peer"] == "spiffe://example.internal/laptop" })
            #expect(atService["own"] == "spiffe://example.internal/web")
            #expect(atService["rule"] == "spiffe://example.internal/laptop" && atService["endsBy"] == "certificate")
            #expect(atService.number("bytesUp") == 3 && atService.number("bytesDown") == 3)
            #expect((atService.number("secondsLeft") ?? 0) > 3600 && (atService.number("seconds") ?? 99) < 60)
            #expect(atService["src_ip"] == "127.0.0.1" && atService.number("dest_port") == protect.port)
            let table = try machine.done("connections", "--peer", "laptop")
            #expect(table.contains("certificate in") && !table.contains("phone"))
            let id = try #require(atService["connection"])
            #expect(table.contains(id))

            // The home is as safe as before, its sockets included.
            #expect(try machine.run("doctor").status != 3)
            #expect(try machine.done("connections", "close", id, "--because", "left on a train").contains("Closed 1 "))
            #expect(try await one.readToEnd().bytes.isEmpty)
            let closed = try await protect.ends.event("closed")
            #expect(closed["reason"] == "closed")
            #expect(closed["explanation"] == "closed by the operator: left on a train")
            #expect(
                closed["own"] == "spiffe://example.internal/web" && closed["rule"] == "spiffe://example.internal/laptop"
            )
            let byHand = try await protect.ends.event("closedByHand")
            #expect(byHand.number("closed") == 1 && byHand.number("user") == Int(geteuid()))
            #expect(byHand["why"] == "left on a train")

            // The honest twins: another lives on, and who was closed may come again at once.
            try await other.write([4])
            #expect(try await other.read(1) == [4])
            let again = try await Socket.connect(laptop.port)
            try await again.write([5])
            #expect(try await again.read(1) == [5])
            #expect(try machine.run("connections", "close", id).status == 2)

            #expect(
                try machine.done("connections", "close", "--peer", "spiffe://example.internal/*").contains("Closed"))
            for socket in [other, again] { _ = try await socket.readToEnd() }
            let none = try await eventually { try machine.done("connections").contains("No connection is live") }
            #expect(none)
        }

        @Test(
            "the socket is its owner's alone, a question that is none is answered as one, and what a dead end left is removed"
        )
        func bounds() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let folder = machine.home + "/ends"
            let socket = try await Self.socket(folder)
            #expect(try Self.mode(folder) == 0o700 && Self.mode(socket) == 0o600)
            for question in ["nonsense\n", "{}\n", "{\"ask\":\"everything\"}\n"] {
                let answer = try Self.say(question, to: socket)
                #expect(answer.contains("the question is none"), "\(question): \(answer)")
            }
            #expect(try Self.say(String(repeating: "x", count: 1 << 20) + "\n", to: socket).isEmpty)
            // The honest twin.
            #expect(try Self.say("{\"ask\":\"connections\",\"filter\":{}}\n", to: socket).contains("\"found\":0"))
            #expect(try machine.run("connections", "--peer", "**bad**").status == 2)
            #expect(try machine.run("connections", "close").status == 64)

            protect.ends.signal(SIGKILL)
            _ = try await protect.ends.ended()
            #expect(try Self.sockets(folder).count == 1)
            #expect(try machine.done("connections").contains("No end of"))
            #expect(try Self.sockets(folder).isEmpty)
            // The next one takes the same place.
            let next = try await machine.protect(to: backend, "--allow", "laptop")
            #expect(try machine.done("connections").contains("No connection is live"))
            _ = try await next.ends.stop()
            #expect(try Self.sockets(folder).isEmpty)
        }

        @Test("nobody else is answered, whatever the modes of the files", .enabled(if: geteuid() == 0))
        func stranger() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let socket = try await Self.socket(machine.home + "/ends")
            let opened = try run(
                "/bin/chmod", ["a+rwx", machine.folder.path, machine.home, machine.home + "/ends", socket])
            #expect(opened.status == 0, "\(opened.err)")
            let question = "{\"ask\":\"connections\",\"filter\":{}}\n"
            let asked = try Self.say(question, to: socket, as: "nobody")
            #expect(asked.isEmpty, "\(asked)")
            #expect(try Self.say(question, to: socket).contains("\"found\":0"))
            _ = try await protect.ends.stop()
        }

        @Test("sixteen who ask nothing keep the others waiting outside; when they are gone, the next is answered")
        func crowded() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            let socket = try await Self.socket(machine.home + "/ends")
            let script = """
                import socket, sys
                # With a timeout it would not wait for its place in the queue (connect(2), EAGAIN).
                def connected():
                    s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.settimeout(20); return s
                def answered(s):
                    got = b''
                    try:
                        s.sendall(b'{"ask":"connections","filter":{}}\\n')
                        while (more := s.recv(65536)): got += more
                    except OSError: pass
                    return got.endswith(b'}\\n')
                print(answered(connected()))
                # One more than there is room for: the first may not have left yet when they come.
                silent = [connected() for _ in range(17)]
                # Nobody says when the last of them is in: whoever comes too early is answered.
                print(any(not answered(connected()) for _ in range(1000)))
                for s in silent: s.close()
                # They leave one after the other; whoever comes too early comes again.
                print(any(answered(connected()) for _ in range(1000)))
                """
            let asked = try run("/usr/bin/python3", ["-c", script, socket], input: [])
            #expect(asked.out == "True\nTrue\nTrue\n", "\(asked.out)\(asked.err)")
            _ = try await protect.ends.stop()
        }

        private static func rows(_ text: String) -> [Event] {
            text.split(separator: "\n").compactMap { Event(String($0)) }
        }

        /// The only one, as soon as it is there: an end listens for its peers first.
        private static func socket(_ folder: String) async throws -> String {
            let isThere = try await eventually { try sockets(folder).count == 1 }
            try #require(isThere)
            return try #require(try sockets(folder).first)
        }

        private static func sockets(_ folder: String) throws -> [String] {
            try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".socket") }
                .map { "\(folder)/\($0)" }
        }

        private static func mode(_ path: String) throws -> Int? {
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }

        /// What comes back, until the far end closes.
        private static func say(_ question: String, to socket: String, as user: String? = nil) throws -> String {
            let script = """
                import os, pwd, socket, sys
                if sys.argv[2]: os.setuid(pwd.getpwnam(sys.argv[2]).pw_uid)
                s = socket.socket(socket.AF_UNIX); s.settimeout(20); s.connect(sys.argv[1])
                got = b''
                try:
                    s.sendall(sys.stdin.buffer.read())
                    while (more := s.recv(65536)): got += more
                except OSError: pass
                sys.stdout.buffer.write(got)
                """
            let answer = try run("/usr/bin/python3", ["-c", script, socket, user ?? ""], input: question.utf8)
            #expect(answer.status == 0, "\(answer.err)")
            return answer.out
        }
    }
}
