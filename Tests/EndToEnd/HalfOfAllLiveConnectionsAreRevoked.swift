import Foundation
import SymbolonStorage
import SymbolonTestSupport
import Testing

extension EndToEnd {
    /// A thousand connections. Ten thousand, of the command as it is installed:
    ///
    ///     make build
    ///     swift build -c release --static-swift-stdlib --scratch-path .build-release --product crowd
    ///     SYMBOLON_CONNECTIONS=10000 SYMBOLON_PROGRAMS=.build-release/release \
    ///         swift test --skip-build --filter HalfOfAllLiveConnectionsAreRevoked
    @Suite(
        "One command revokes half of all live connections: that half ends within a second, and the other loses no byte")
    struct HalfOfAllLiveConnectionsAreRevoked {
        private static let connections = HalfOfACrowd.connections(unless: 1000)
        private static let identities = 20

        @Test("R01: through protect, revoked by one command in the authority's own home")
        func oneNode() async throws {
            let machine = try Machine()
            let crowd = try await HalfOfACrowd(Self.connections, of: Self.identities, in: machine.home)
            // A connection has two descriptors at an end, and the system may allow a process 20,000.
            let count = (2 * Self.connections + 17_999) / 18_000
            let ends = try (1...count).map { number in
                try Self.protect("web\(number)", to: crowd, in: machine.home)
            }
            try await Self.cutHalf(of: crowd, at: ends, confirming: count, in: machine.home, within: .seconds(1))
        }

        @Test("R01: the same of two nodes on PostgreSQL: at an end in the other's home, and at one on a paired machine")
        func twoNodes() async throws {
            let scene = try await TwoNodes()
            let crowd = try await HalfOfACrowd(Self.connections, of: Self.identities, in: scene.homes[0])
            let ends = try [scene.homes[1], scene.machine].map { home in try Self.protect("web", to: crowd, in: home) }
            // A node is an end, too: it lets in by the same revocations.
            try await Self.cutHalf(of: crowd, at: ends, confirming: 4, in: scene.homes[0], within: .seconds(2))
        }

        private static func protect(_ service: String, to crowd: HalfOfACrowd, in home: String) throws -> Ends {
            try Ends(
                [
                    "protect", service, "--to", "127.0.0.1:\(crowd.crowd.port)", "--listen", "127.0.0.1:0", "--home",
                    home,
                ] + crowd.people.flatMap { ["--allow", $0.name.description] })
        }

        private static func cutHalf(
            of crowd: HalfOfACrowd, at ends: [Ends], confirming count: Int, in home: String, within most: Duration
        ) async throws {
            try await crowd.connect(to: ends)
            let (returned, said) = try await crowd.cut(
                by: ["identity", "revoke", "cut-*", "--home", home, "--json"], confirming: count
            ) { $0["reason"] != nil }
            try await crowd.judge(
                after: returned, confirmed: said.number("milliseconds") ?? -1, within: most,
                hearing: "certificate_revoked")
            try await crowd.expect("revoked", alert: "certificate_revoked", at: ends)
            let closed = ends.flatMap { $0.events.filter { $0["event_type"] == "closed" } }
            #expect(Set(closed.compactMap { $0["serial"] }).count == identities / 2)
        }
    }
}
