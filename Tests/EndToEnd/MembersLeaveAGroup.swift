import Foundation
import SymbolonStorage
import SymbolonTestSupport
import Testing

extension EndToEnd {
    /// Eight connections, four of which lose the group. Ten thousand, as `HalfOfAllLiveConnectionsAreRevoked` says:
    ///
    ///     SYMBOLON_CONNECTIONS=10000 … --filter MembersLeaveAGroup
    @Suite("Members leave a group, and exactly what they had open by it is closed")
    struct MembersLeaveAGroup {
        private static let connections = HalfOfACrowd.connections(unless: 8)
        private static let identities = min(connections, 20)
        private static let policy = """
            rules:
              - allow: the crowd
                from: group:crowd
            """

        @Test("Z04: half of a group leaves by one command: that half ends within a second, and the other loses no byte")
        func oneNode() async throws {
            let machine = try Machine()
            let crowd = try await HalfOfACrowd(Self.connections, of: Self.identities, in: machine.home)
            let count = (2 * Self.connections + 17_999) / 18_000
            let ends = try (1...count).map { try Self.protect("web\($0)", to: crowd, in: machine.home) }
            for one in ends { _ = try await one.listening() }
            try Self.admit(crowd, in: machine.home)
            try await Self.cutHalf(of: crowd, at: ends, confirming: count, in: machine.home, within: .seconds(1))
        }

        @Test("Z04: the same of two nodes on PostgreSQL: at an end in the other's home, and at one on a paired machine")
        func twoNodes() async throws {
            let scene = try await TwoNodes()
            let crowd = try await HalfOfACrowd(Self.connections, of: Self.identities, in: scene.homes[0])
            let ends = try [scene.homes[1], scene.machine].map { home in try Self.protect("web", to: crowd, in: home) }
            for one in ends { _ = try await one.listening() }
            try Self.admit(crowd, in: scene.homes[0])
            try await Self.cutHalf(of: crowd, at: ends, confirming: 4, in: scene.homes[0], within: .seconds(2))
        }

        private static func protect(_ service: String, to crowd: HalfOfACrowd, in home: String) throws -> Ends {
            try Ends([
                "protect", service, "--to", "127.0.0.1:\(crowd.crowd.port)", "--listen", "127.0.0.1:0", "--home", home,
                "--policy", "authority",
            ])
        }

        /// Publishes the policy, and waits until it is in force.
        private static func admit(_ crowd: HalfOfACrowd, in home: String) throws {
            let folder = try TemporaryFolder()
            let file = try folder.write(policy, to: "policy.yaml")
            for words in [
                ["group", "add", "crowd"] + crowd.people.map(\.name.description), ["policy", "publish", file],
            ] {
                let ran = try SymbolonTestSupport.run(
                    try BuiltProgram.path("symbolon"), words + ["--home", home, "--wait", "20"])
                try #require(ran.status == 0, "\(ran.out)\(ran.err)")
            }
        }

        private static func cutHalf(
            of crowd: HalfOfACrowd, at ends: [Ends], confirming count: Int, in home: String, within most: Duration
        ) async throws {
            try await crowd.connect(to: ends)
            let leaving = crowd.people.map(\.name.description).filter { $0.hasPrefix("cut-") }
            let (returned, said) = try await crowd.cut(
                by: ["group", "remove", "crowd"] + leaving + ["--home", home, "--json"], confirming: count
            ) { $0["group"] == "crowd" }
            try await crowd.judge(
                after: returned, confirmed: said.number("milliseconds") ?? -1, within: most, hearing: "access_denied")
            try await crowd.expect("policy", alert: "access_denied", at: ends)
        }
    }
}
