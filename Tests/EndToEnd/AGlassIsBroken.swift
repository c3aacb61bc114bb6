import Foundation
import SymbolonAdministration
import SymbolonAudit
import SymbolonAuthority
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import Testing

@testable import symbolon

extension EndToEnd {
    @Suite("Z09: leave beyond the rules takes two, is seen at every end, and ends by itself")
    struct AGlassIsBroken {
        private static let rules = """
            rules:
              - {deny: quarantined, from: tablet}
              - {allow: phones, from: phone}
            """

        private static func protect(_ scene: TwoNodes, _ backend: Backend) throws -> Ends {
            try Ends([
                "protect", "web", "--to", "127.0.0.1:\(backend.port)", "--listen", "127.0.0.1:0", "--home",
                scene.machine, "--policy", "authority", "--json",
            ])
        }

        private static func publish(_ scene: TwoNodes) throws {
            let file = try scene.folder.write(Self.rules, to: "policy.yaml")
            let ran = try scene.run("policy", "publish", file, "--wait", "0")
            try #require(ran.status == 0, "\(ran.out)\(ran.err)")
        }

        private static let ask = [
            "policy", "emergency", "ask", "laptop", "--to", "web", "--because", "its disk is full", "--for",
        ]

        @Test(
            "Z09: one word lets nobody in; with the second it does, and its end closes what is open with nobody of the authority there"
        )
        func endsByItself() async throws {
            let scene = try await TwoNodes()
            let backend = try Backend()
            try Self.publish(scene)
            let boss = try await scene.operatorHome("boss")
            let end = try Self.protect(scene, backend)
            let port = try await end.listening()
            _ = try await scene.comesIn("phone", at: port)
            #expect(try await scene.isRefused("laptop", at: port))
            let asked = try scene.run(Self.ask + ["90s"])
            try #require(asked.status == 0, "\(asked.out)\(asked.err)")
            // The same person, by the authority's keys.
            let same = try scene.run("policy", "emergency", "approve", "1")
            #expect(same.status != 0 && same.err.contains("it takes two"), "\(same.out)\(same.err)")
            #expect(try await scene.isRefused("laptop", at: port))

            let program = try BuiltProgram.path("symbolon")
            let approved = try SymbolonTestSupport.run(
                program, ["policy", "emergency", "approve", "1", "--home", boss, "--wait", "30", "--json"])
            try #require([0, 4].contains(approved.status), "\(approved.out)\(approved.err)")
            let untils: [String] = approved.out.split(separator: "\n").compactMap { Event(String($0))?["until"] }
            let until = try #require(untils.first)
            let open = try await scene.comesIn("laptop", at: port)
            let began = try await end.event("emergency") { $0["change"] == "began" }
            #expect(began.description.contains("its disk is full"), "\(began)")
            let rule = "emergency 1: its disk is full"
            try await end.event("accepted") { $0["rule"] == rule }
            for words in [["connections"], ["doctor"]] {
                let shown = try SymbolonTestSupport.run(program, words + ["--home", scene.machine])
                #expect(shown.out.contains("emergency 1"), "\(shown.out)\(shown.err)")
            }
            try await scene.kill(0)
            try await scene.kill(1)
            // Nobody ends it.
            let closed = try await end.event("closed", within: .seconds(180)) { $0["rule"] == rule }
            #expect(closed["reason"] == "policy", "\(closed)")
            let last = try Date(until, strategy: .iso8601)
            let at = try Date(try #require(closed["at"]), strategy: .iso8601)
            // Times of lines are of whole seconds.
            #expect(at.timeIntervalSince(last) >= -1, "\(closed) \(until)")
            _ = try await open.readToEnd()
            try await end.event("emergency") { $0["change"] == "ended" }
            #expect(try await scene.isRefused("laptop", at: port))
            _ = try await end.stop()
        }

        @Test(
            "Z09: ended by hand, what is open is closed; a rule that denies denies all the while; the authority says it, too"
        )
        func endedByHand() async throws {
            let (machine, backend) = (try Machine(), try Backend())
            let file = try machine.folder.write(
                "rules:\n  - {deny: quarantined, from: tablet}\n  - {allow: phones, from: phone}\n", to: "policy.yaml")
            try machine.done("policy", "publish", file, "--wait", "0")
            let asked = try await Self.asked(by: "oscar", for: ["laptop", "tablet"], to: "web", in: machine.home)
            let protect = try await machine.protect(to: backend, "--policy", "authority")
            let approved = try machine.run("policy", "emergency", "approve", "\(asked)", "--wait", "30")
            #expect([0, 4].contains(approved.status), "\(approved.out)\(approved.err)")
            let reach = try await machine.reach("--as", "laptop")
            let denied = try await machine.reach("--as", "tablet")
            let client = try await Socket.echoed(reach.port)
            #expect(try await Socket.connect(denied.port).readToEnd().bytes.isEmpty)
            #expect(
                try await protect.ends.event("refused").description.contains("quarantined"))
            #expect(try machine.run("doctor").out.contains("emergency \(asked)"))
            let ended = try machine.run("policy", "emergency", "end", "\(asked)", "--wait", "30")
            #expect([0, 4].contains(ended.status), "\(ended.out)\(ended.err)")
            _ = try await client.readToEnd()
            #expect(try await protect.ends.event("closed")["reason"] == "policy")
            for end in [reach, denied] { _ = try await end.ends.stop() }
            _ = try await protect.ends.stop()
        }

        /// By somebody else than whoever has the keys: as the store has it of an operator elsewhere.
        private static func asked(
            by name: String, for names: [String], to service: String, in home: String
        ) async throws -> Int64 {
            let local = try await LocalAuthority.open(HomeFolder(home), passphrase: nil)
            let domain = local.issuing.configuration.trustDomain
            let event = AuditEvent(.emergencyAsked, at: Date(), actor: name, subject: "test")
            return try await local.store.ask(
                Emergency.Wish(
                    subjects: names.map { "\(domain.id)/\($0)" }, services: [service], seconds: 600,
                    reason: "its disk is full", at: Date(), by: Emergency.Voice(identity: name, actor: name)),
                audit: local.issuing.sealed(event))
        }
    }
}
