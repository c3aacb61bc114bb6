import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import SymbolonVerification
import Synchronization
import Testing

@testable import symbolon

extension EndToEnd {
    @Suite("One revocation reaches every end, at whichever node of the authority it listens, and each says so")
    struct OneRevocationReachesEveryEnd {
        /// Two nodes on one database; a service in the home of the second, and one on a machine that is paired with both.
        @Test("R01: two nodes on PostgreSQL: what one revokes, ends at the other close within two seconds, and confirm")
        func twoNodes() async throws {
            let scene = try await TwoNodes()
            let backend = try Backend()
            let here = try await scene.protect("web", to: backend, in: scene.homes[1])
            let elsewhere = try await scene.protect("web", to: backend, in: scene.machine)
            var sockets: [(cut: Socket, kept: Socket)] = []
            for end in [here, elsewhere] {
                let port = try await end.listening()
                sockets.append((try await scene.talk("laptop", to: port), try await scene.talk("phone", to: port)))
            }
            try await scene.confirmed(4, of: 0)
            let dry = try scene.run("identity", "revoke", "laptop", "--dry-run", "--json")
            #expect(Event(dry.out)?.number("connections") ?? 0 > 0)

            let revoke = try scene.run("identity", "revoke", "laptop", "--json")
            let clock = ContinuousClock()
            let returned = clock.now
            #expect(revoke.status == 0, "\(revoke.out)\(revoke.err)")
            let said = try #require(revoke.out.split(separator: "\n").last.flatMap { Event(String($0)) })
            #expect(said.number("ends") == 4 && said.number("confirmed") == 4, "\(said)")
            #expect(said.number("milliseconds") ?? .max < 2000)
            for (cut, kept) in sockets {
                _ = try await cut.readToEnd()
                try await kept.write([7])
                #expect(try await kept.read(1) == [7])
            }
            // They had been closed before the ends confirmed.
            #expect(clock.now - returned < .seconds(1))
            for end in [here, elsewhere] { #expect(try await end.event("closed")["reason"] == "revoked") }
            print(
                "two nodes on PostgreSQL: 4 ends confirmed \(said.number("milliseconds") ?? -1) ms after the store's answer"
            )

            // A node dies: who listened there goes on at the other.
            try await scene.kill(0)
            // The dead node is waited for as long as it had promised to speak, and no longer.
            let second = try scene.run("identity", "revoke", "phone", "--wait", "60", "--json", node: 1)
            #expect(second.status == 0, "\(second.out)\(second.err)")
            let then = try #require(second.out.split(separator: "\n").last.flatMap { Event(String($0)) })
            #expect(then.number("ends") == 3 && then.number("confirmed") == 3, "\(then)")
            print("after the death of its node: all that live confirmed in \(then.number("milliseconds") ?? -1) ms")

            // It stops in good order: nobody waits for it. It starts again, and knows what was revoked.
            _ = try await elsewhere.stop()
            try await scene.confirmed(2, of: 2)
            let again = try await scene.protect("web", to: backend, in: scene.machine)
            let port = try await again.listening()
            for name in ["laptop", "phone"] {
                #expect(try await scene.isRefused(name, at: port))
            }
            try await scene.confirmed(3, of: 2)
            _ = try await again.stop()
            _ = try await here.stop()
        }

        @Test("an end that is stopped hard is told by name and makes the verb say so; when it is back it has caught up")
        func straggler() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let protect = try await machine.protect(to: backend, "--allow", "laptop")
            try machine.done("identity", "issue", "laptop", "--profile", "client")
            try await Self.ends(machine) { $0.count == 1 }
            // It hears and does nothing.
            protect.ends.signal(SIGSTOP)
            let revoke = try machine.run("identity", "revoke", "laptop", "--wait", "1")
            #expect(revoke.status == 4)
            #expect(revoke.out.contains("0 of 1 ends confirmed"))
            #expect(revoke.out.contains("not confirmed   web (protect) on "))
            #expect(revoke.out.contains("ago)"))
            protect.ends.signal(SIGCONT)
            try await Self.ends(machine) { $0.allSatisfy { $0["state"] == "current" && $0.number("confirmed") == 1 } }
            // The honest twin: all confirm.
            try machine.done("identity", "issue", "phone", "--profile", "client")
            let second = try machine.run("identity", "revoke", "phone")
            #expect(second.status == 0)
            #expect(second.out.contains("1 of 1 ends confirmed in "))
            let unasked = try machine.run("identity", "revoke", "web", "--wait", "0")
            #expect(unasked.status == 0 && !unasked.out.contains("confirmed"))
            _ = try await protect.ends.stop()
            #expect(try machine.done("ends", "list").contains("No end listens."))
        }

        /// Until the list of ends is as it should be.
        private static func ends(_ machine: Machine, _ holds: ([Event]) -> Bool) async throws {
            let isSo = try await eventually {
                try holds(
                    machine.done("ends", "list", "--json").split(separator: "\n").compactMap { Event(String($0)) })
            }
            if !isSo { Issue.record("the ends are not as they should be: \(try machine.done("ends", "list"))") }
        }

        @Test(
            "a revocation for a time to come is listed, made at that time on lists and feed alike, or called off before"
        )
        func scheduled() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let served = try machine.start("up", "--listen", "127.0.0.1:0", "--name", "127.0.0.1")
            _ = try await served.event("authority") { $0["change"] == "listening" }
            for name in ["laptop", "phone"] { try machine.done("identity", "issue", name, "--profile", "client") }
            let protect = try await machine.protect(to: backend, "--allow", "laptop", "--allow", "phone")
            let reach = try await machine.reach("--as", "laptop")
            let client = try await Socket.echoed(reach.port)

            let due = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 6).rounded(.up))
            let time = due.formatted(.iso8601)
            #expect(try machine.done("identity", "revoke", "laptop", "--at", time).contains("scheduled   1  "))
            try machine.done("identity", "revoke", "phone", "--at", time)
            let list = try machine.done("identity", "scheduled")
            #expect(list.contains("spiffe://example.internal/laptop") && list.contains("pending"))
            try machine.done("identity", "scheduled", "--cancel", "2")
            #expect(try machine.run("identity", "scheduled", "--cancel", "2").status == 1)
            #expect(try machine.run("identity", "scheduled", "--cancel", "7").status != 0)
            #expect(try machine.run("identity", "revoke", "phone", "--at", "2020-01-01T00:00:00Z").status != 0)
            // It was renewed meanwhile: it is the identity that is out, and not a certificate that nobody uses any more.
            try machine.done("identity", "renew", "laptop")
            #expect(try machine.done("identity", "show", "laptop", "--json").contains("revoked") == false)

            _ = try await client.readToEnd()
            let closed = try await protect.ends.event("closed")
            #expect(closed["reason"] == "revoked")
            let late = Date().timeIntervalSince(due)
            #expect(late > -0.01 && late < 2, "closed \(late) s after its time")
            let record = try machine.done("audit", "show", "--json", "--last", "20")
            #expect(record.contains("revocation.scheduled") && record.contains("revocation.cancelled"))
            #expect(record.contains("scheduled as 1"))
            #expect(try machine.done("identity", "scheduled", "--all").contains("done"))
            #expect(
                !(try machine.done("identity", "list", "--json").contains(
                    "\"identity\":\"spiffe://example.internal/laptop\"")))
            #expect(try machine.done("identity", "list", "--json").contains("spiffe://example.internal/phone"))
        }
    }
}
