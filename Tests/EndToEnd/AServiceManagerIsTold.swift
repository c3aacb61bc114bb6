import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd {
    @Suite("A service manager is told, and hands sockets over")
    struct AServiceManagerIsTold {
        @Test("ready when it listens, alive while it is, reloading on SIGHUP, stopping at its end")
        func told() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let manager = try NotifySocket(at: machine.folder.file("notify"))
            let ends = try machine.start(
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--allow", "laptop",
                "--drain-time", "3s",
                by: ["/usr/bin/env", "NOTIFY_SOCKET=\(manager.address)", "WATCHDOG_USEC=200000"])
            let port = try await ends.listening()
            #expect(try await manager.hears("READY=1"))
            #expect(try await manager.hears("WATCHDOG=1", times: 3))
            #expect(manager.all.contains { $0.contains("STATUS=protect web: 0 live, 0 let in, 0 refused") })

            ends.signal(SIGHUP)
            #expect(try await manager.hears("RELOADING=1"))
            #expect(try await manager.hears("MONOTONIC_USEC="))
            try await ends.event("reloaded")
            #expect(try await manager.hears("READY=1", times: 2))
            #expect(ends.isRunning)
            _ = try await Socket.connect(port)

            ends.signal(SIGTERM)
            #expect(try await manager.hears("STOPPING=1"))
            #expect(try await manager.hears("EXTEND_TIMEOUT_USEC=7000000"))
            #expect(try await ends.ended().status == 0)
        }

        @Test("the authority says when it listens, and when it stops")
        func authority() async throws {
            let machine = try Machine()
            let manager = try NotifySocket(at: "@symbolon-\(UUID().uuidString)")
            let up = try machine.start(
                "up", "--listen", "127.0.0.1:0", "--json", by: ["/usr/bin/env", "NOTIFY_SOCKET=\(manager.address)"])
            #expect(try await manager.hears("READY=1"))
            up.signal(SIGTERM)
            #expect(try await manager.hears("STOPPING=1"))
            #expect(try await up.ended().status == 0)
        }

        /// Starts the rest of its words with listening sockets, as sd_listen_fds(3) has it; tells their ports.
        private static let activator = #"""
            use Socket; use POSIX (); use Fcntl;
            $^F = 1000; $| = 1;
            my ($names, $kind) = (shift @ARGV, shift @ARGV);
            my (@kept, @numbers);
            for my $name (split /:/, $names) {
                socket(my $s, PF_INET, $kind eq "dgram" ? SOCK_DGRAM : SOCK_STREAM, 0) or die;
                bind($s, sockaddr_in(0, INADDR_LOOPBACK)) or die;
                if ($kind eq "stream") { listen($s, 64) or die; }
                my ($port) = sockaddr_in(getsockname($s));
                print "{\"event_type\":\"port\",\"name\":\"$name\",\"port\":$port}\n";
                push @kept, $s; push @numbers, fcntl($s, F_DUPFD, 50);
            }
            POSIX::dup2($numbers[$_], 3 + $_) for 0 .. $#numbers;
            $ENV{LISTEN_PID} = $$; $ENV{LISTEN_FDS} = @numbers; $ENV{LISTEN_FDNAMES} = $names;
            exec @ARGV;
            """#

        private func start(_ machine: Machine, _ names: String, _ words: [String], kind: String = "stream") throws
            -> Ends
        {
            try Ends(
                words + ["--home", machine.home], by: ["/usr/bin/perl", "-e", Self.activator, names, kind])
        }

        private func echoes(_ port: Int) async throws {
            let client = try await Socket.connect(port)
            try await client.write([1])
            #expect(try await client.read(1) == [1])
        }

        @Test("sockets by the names of their services; nothing else is bound")
        func activated() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let configuration = try machine.folder.write(
                """
                protect:
                  - {name: web, listen: 127.0.0.1:0, to: 127.0.0.1:\(backend.port), allow: [laptop]}
                reach:
                  - {name: web, listen: 127.0.0.1:0, as: laptop}
                """, to: "ends.yaml")
            let ends = try start(machine, "reach/web:protect/web", ["run", "--config", configuration])
            let front = try await ends.event("port") { $0["name"] == "reach/web" }.number("port") ?? 0
            let protected = try await ends.event("port") { $0["name"] == "protect/web" }.number("port") ?? 0
            for (role, port) in [("reach", front), ("protect", protected)] {
                let listening = try await ends.event("listening") { $0["role"] == role }
                #expect(listening["address"] == "127.0.0.1:\(port)")
            }
            try await echoes(front)
            _ = try await ends.ended(after: SIGTERM)
            // Whoever starts it keeps its sockets; here that was the process itself.
            #expect((try? await Socket.connect(protected)) == nil)
        }

        @Test("a socket that is named for its unit is that of the only end")
        func only() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try start(
                machine, "symbolon.socket",
                ["protect", "web", "--to", "127.0.0.1:\(backend.port)", "--allow", "laptop"])
            let port = try await protect.event("port").number("port") ?? 0
            #expect(try await protect.listening() == port)
            let reach = try await machine.reach("--as", "laptop")
            try await echoes(reach.port)
            _ = try await reach.ends.stop()
            _ = try await protect.stop()
        }

        @Test("sockets of nobody, and sockets that do not listen, start nothing")
        func refused() async throws {
            let machine = try Machine()
            let configuration = try machine.folder.write(
                """
                protect:
                  - {name: web, listen: 127.0.0.1:0, to: 127.0.0.1:9, allow: [laptop]}
                  - {name: db, listen: 127.0.0.1:0, to: 127.0.0.1:9, allow: [laptop]}
                """, to: "ends.yaml")
            let strange = try start(machine, "web:mail", ["run", "--config", configuration])
            let ended = try await strange.ended()
            #expect(ended.status == 78 && ended.complaint.contains("they are named mail"), "\(ended)")
            let deaf = try start(machine, "web", ["run", "--config", configuration], kind: "dgram")
            let second = try await deaf.ended()
            #expect(second.status == 78 && second.complaint.contains("is no stream socket"), "\(second)")
        }
    }
}

extension Ends {
    fileprivate func ended(after signal: Int32) async throws -> (status: Int32, complaint: String) {
        self.signal(signal)
        return try await ended()
    }
}
