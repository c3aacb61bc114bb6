import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import Testing

@testable import symbolon

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
        private static let connections =
            ProcessInfo.processInfo.environment["SYMBOLON_CONNECTIONS"].flatMap { Int($0) } ?? 1000
        private static let identities = 20
        /// In seconds. 500 exchanges a second, however many there are: each talks, and the machine is not busy with it.
        private static let pause = max(2, connections / 500)

        @Test("R01: through protect, revoked by one command in the authority's own home")
        func oneNode() async throws {
            try OpenFiles.allow(min(2 * Self.connections + 500, 19_000))
            let machine = try Machine()
            let people = try await Self.identities(in: machine.home)
            let crowd = try await Crowd(people, pause: Self.pause)
            // A connection has two descriptors at an end, and the system may allow a process 20,000.
            let count = (2 * Self.connections + 17_999) / 18_000
            let ends = try (1...count).map { number in
                try Self.protect("web\(number)", to: crowd, for: people, in: machine.home)
            }
            try await Self.cutHalf(
                of: crowd, at: ends, confirming: count, in: machine.home, within: .seconds(1))
        }

        @Test("R01: the same of two nodes on PostgreSQL: at an end in the other's home, and at one on a paired machine")
        func twoNodes() async throws {
            try OpenFiles.allow(min(2 * Self.connections + 500, 19_000))
            let scene = try await TwoNodes()
            let people = try await Self.identities(in: scene.homes[0])
            let crowd = try await Crowd(people, pause: Self.pause)
            let ends = try [scene.homes[1], scene.machine].map { home in
                try Self.protect("web", to: crowd, for: people, in: home)
            }
            // A node is an end, too: it lets in by the same revocations.
            try await Self.cutHalf(of: crowd, at: ends, confirming: 4, in: scene.homes[0], within: .seconds(2))
        }

        private static func protect(
            _ service: String, to crowd: Crowd, for people: [StoredIdentity], in home: String
        ) throws -> Ends {
            try Ends(
                [
                    "protect", service, "--to", "127.0.0.1:\(crowd.port)", "--listen", "127.0.0.1:0", "--home", home,
                ] + people.flatMap { ["--allow", $0.name.description] })
        }

        private static func cutHalf(
            of crowd: Crowd, at ends: [Ends], confirming count: Int, in home: String, within most: Duration
        ) async throws {
            for one in ends { try await crowd.connect(connections / ends.count, to: try await one.listening()) }
            print("\(connections) live connections, \(ends.map { $0.residentBytes >> 20 }) MB at the ends")

            let revoke = try RunningProgram([
                try BuiltProgram.path("symbolon"), "identity", "revoke", "cut-*", "--home", home, "--json",
            ])
            let returned = await revoke.lines.first(after: 0, within: Ends.patience) { line in
                Event(line)?["reason"] == nil ? nil : Monotonic.now
            }
            let half = connections / 2
            try await crowd.closed(half)
            let status = await revoke.ended(within: Ends.patience)
            #expect(status == 0, "\(revoke.lines.text)\n\(revoke.complaints.text)")
            let said = try #require(revoke.lines.all.compactMap { Event($0) }.last)
            #expect(said.number("ends") == count && said.number("confirmed") == count, "\(said)")
            try await judge(
                crowd, after: try #require(returned), confirmed: said.number("milliseconds") ?? -1, within: most)

            // Those that were cut, one line each with its reason, and no other.
            for one in ends { try await one.event("trustReplaced") { ($0.number("closed") ?? 0) > 0 } }
            let closed = ends.flatMap { $0.events.filter { $0["event"] == "closed" } }
            #expect(closed.count == half)
            #expect(closed.allSatisfy { $0["reason"] == "revoked" && $0["peer"]?.contains("/cut-") == true })
            #expect(Set(closed.compactMap { $0["serial"] }).count == identities / 2)
            let told = closed.count { $0["alert"] == "certificate_revoked" }
            #expect(told > half * 9 / 10, "\(told) of \(half) were told why")
        }

        /// What became of each.
        private static func judge(
            _ crowd: Crowd, after returned: UInt64, confirmed milliseconds: Int, within most: Duration
        ) async throws {
            let ended = try await crowd.fates().filter { $0.closedAt != nil }
            let times = ended.compactMap(\.closedAt).sorted().map { Duration.nanoseconds(Int64($0) - Int64(returned)) }
            #expect(times.count == connections / 2, "exactly that half")
            let (median, worst) = (try #require(times.dropFirst(times.count / 2).first), try #require(times.last))
            #expect(worst < most, "\(worst)")
            let alerts = ended.count { $0.alert == "certificate_revoked" }
            print(
                "\(times.count) of \(connections) closed: median \(shown(median)), worst \(shown(worst)) after the store's",
                "answer; all ends had confirmed \(milliseconds) ms after it; \(alerts) heard certificate_revoked")
            // The others talk on, and then every octet has come back.
            try await crowd.turn(within: Ends.patience + .seconds(pause))
            try await crowd.quiet()
            let kept = try await crowd.fates().filter { $0.closedAt == nil }
            #expect(kept.count == connections - connections / 2)
            #expect(kept.allSatisfy { $0.sent == $0.received && $0.wrong == 0 && $0.sent >= 128 })
        }

        private static func shown(_ time: Duration) -> String {
            "\((time.components.attoseconds / 1_000_000_000_000_000) + time.components.seconds * 1000) ms"
        }

        /// Two of `cut-…` and two of `keep-…` in turn: both event loops of an end have some of each.
        private static func identities(in home: String) async throws -> [StoredIdentity] {
            let authority = try await LocalAuthority.open(HomeFolder(home), passphrase: nil)
            var made: [StoredIdentity] = []
            for number in 0..<identities {
                let name = "\(number % 4 < 2 ? "cut" : "keep")-\(number)"
                let key = SigningKey.make(.p256)
                let issued = try await authority.issuing.issue(
                    IssuanceRequest(profile: .client, name: name, publicKey: key.publicKey, actor: "test"))
                made.append(
                    try StoredIdentity(
                        name: IdentityName(name), chain: issued.chain, key: key, anchors: [issued.anchor]))
            }
            return made
        }
    }
}
