import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTestSupport
import SymbolonTransport
import Testing

@testable import symbolon

extension EndToEnd {
    /// A thousand connections, and ten thousand with `SYMBOLON_CONNECTIONS=10000`: in as many ends as it takes where the
    /// system allows a process few descriptors.
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
            try Self.allowDescriptors(rlim_t(min(2 * Self.connections + 500, 19_000)))
            let machine = try Machine()
            let people = try await Self.identities(in: machine.home)
            let crowd = try await Crowd(pause: Self.pause)
            // Before there are thousands of descriptors that a child would have to close.
            let revoke = try GatedCommand(
                ["identity", "revoke", "cut-*", "--home", machine.home, "--json"], machine.folder)
            // A connection has two descriptors at an end, and the system may allow a process 20,000.
            let ends = (2 * Self.connections + 17_999) / 18_000
            var protects: [Ends] = []
            for number in 1...ends {
                protects.append(
                    try Ends(
                        [
                            "protect", "web\(number)", "--to", "127.0.0.1:\(crowd.port)", "--listen", "127.0.0.1:0",
                            "--home", machine.home,
                        ] + people.flatMap { ["--allow", $0.name.description] }))
            }
            for protect in protects {
                try await crowd.connect(Self.connections / ends, to: try await protect.listening(), as: people)
            }
            print(
                "\(Self.connections) live connections, \(protects.map { $0.residentBytes >> 20 }) MB at the ends"
            )

            try revoke.go()
            let returned = try await revoke.firstLine { Event($0)?["reason"] != nil }
            let half = Self.connections / 2
            let areClosed = await crowd.closed(half, within: Ends.patience)
            #expect(areClosed)
            let said = try #require(try await revoke.ended().compactMap { Event($0) }.last)
            #expect(said.number("ends") == ends && said.number("confirmed") == ends, "\(said)")
            try await Self.judge(crowd, after: returned, confirmed: said.number("milliseconds") ?? -1)

            // Those that were cut, one line each with its reason, and no other.
            let closed = protects.flatMap { $0.events.filter { $0["event"] == "closed" } }
            #expect(closed.count == half)
            #expect(closed.allSatisfy { $0["reason"] == "revoked" && $0["peer"]?.contains("/cut-") == true })
            #expect(Set(closed.compactMap { $0["serial"] }).count == Self.identities / 2)
            let told = closed.count { $0["alert"] == "certificate_revoked" }
            #expect(told > half * 9 / 10, "\(told) of \(half) were told why")
            await crowd.stop()
        }

        /// What became of each: odd ones were revoked.
        private static func judge(
            _ crowd: Crowd, after returned: ContinuousClock.Instant, confirmed milliseconds: Int,
            within most: Duration = .seconds(1)
        ) async throws {
            let fates = crowd.fates
            let times = fates.compactMap { $0.closedAt.map { $0 - returned } }.sorted()
            #expect(times.count == connections / 2, "exactly that half")
            let (median, worst) = (try #require(times.dropFirst(times.count / 2).first), try #require(times.last))
            #expect(worst < most, "\(worst)")
            let alerts = fates.count { $0.alert == .certificateRevoked }
            print(
                "\(times.count) of \(connections) closed: median \(shown(median)), worst \(shown(worst)) after the store's",
                "answer; all ends had confirmed \(milliseconds) ms after it; \(alerts) heard certificate_revoked")
            // The others talk on, and then every octet has come back.
            let before = crowd.fates.map(\.sent)
            _ = try await eventually {
                zip(crowd.fates, before).allSatisfy { $0.closedAt != nil || $0.sent > $1 }
            }
            crowd.quiet()
            _ = try await eventually { crowd.fates.allSatisfy { $0.closedAt != nil || $0.sent == $0.received } }
            let kept = crowd.fates.filter { $0.closedAt == nil }
            #expect(kept.count == connections - connections / 2)
            #expect(kept.allSatisfy { $0.sent == $0.received && $0.wrong == 0 && $0.sent >= 128 })
        }

        private static func shown(_ time: Duration) -> String {
            "\((time.components.attoseconds / 1_000_000_000_000_000) + time.components.seconds * 1000) ms"
        }

        /// `cut-…` and `keep-…` in turn.
        static func identities(in home: String) async throws -> [StoredIdentity] {
            let authority = try await LocalAuthority.open(HomeFolder(home), passphrase: nil)
            var made: [StoredIdentity] = []
            for number in 0..<identities {
                let name = "\(number.isMultiple(of: 2) ? "cut" : "keep")-\(number)"
                let key = SigningKey.make(.p256)
                let issued = try await authority.issuing.issue(
                    IssuanceRequest(profile: .client, name: name, publicKey: key.publicKey, actor: "test"))
                made.append(
                    try StoredIdentity(
                        name: IdentityName(name), chain: issued.chain, key: key, anchors: [issued.anchor]))
            }
            return made
        }

        private static func allowDescriptors(_ count: rlim_t) throws {
            var limit = rlimit()
            _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            limit.rlim_cur = max(limit.rlim_cur, min(count, limit.rlim_max))
            try #require(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            try #require(limit.rlim_cur >= count, "the system allows this user only \(limit.rlim_cur) open files")
        }
    }
}

/// A verb that is started now and begins when it is told to: a process with thousands of descriptors starts no other quickly.
final class GatedCommand: Sendable {
    private let program: RunningProgram
    private let gate: String

    init(_ words: [String], _ folder: TemporaryFolder) throws {
        gate = folder.file("gate-\(UUID().uuidString)")
        let made = try SymbolonTestSupport.run("/usr/bin/mkfifo", [gate])
        try #require(made.status == 0, "\(made.err)")
        program = try RunningProgram(
            ["/bin/sh", "-c", "cat \"$0\" > /dev/null; exec \"$@\"", gate, try BuiltProgram.path("symbolon")] + words)
    }

    /// Lets it begin.
    func go() throws {
        let handle = try #require(FileHandle(forWritingAtPath: gate))
        try handle.close()
    }

    /// When the first line came of which this holds.
    func firstLine(where holds: @escaping @Sendable (String) -> Bool) async throws -> ContinuousClock.Instant {
        let found = await program.lines.first(after: 0, within: Ends.patience) { line in
            holds(line) ? ContinuousClock.now : nil
        }
        return try #require(found, "\(program.lines.text)\n\(program.complaints.text)")
    }

    /// What it wrote, when it has ended well.
    func ended() async throws -> [String] {
        let status = try #require(await program.ended(within: Ends.patience))
        try #require(status == 0, "\(program.lines.text)\n\(program.complaints.text)")
        return program.lines.all
    }
}
