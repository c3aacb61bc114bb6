import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage
import SymbolonTestSupport
import Testing

@testable import symbolon

/// Many live connections, of which one command ends half: exactly that half, soon, and no octet of the others.
struct HalfOfACrowd {
    let crowd: Crowd
    let connections: Int
    let people: [StoredIdentity]

    /// How many there are: told from outside, or a number that any machine has room for.
    static func connections(unless told: Int) -> Int {
        ProcessInfo.processInfo.environment["SYMBOLON_CONNECTIONS"].flatMap { Int($0) } ?? told
    }

    /// - Parameters:
    ///   - identities: two of `cut-…` and two of `keep-…` in turn, so that both event loops of an end have some of each.
    ///   - home: of the authority.
    init(_ connections: Int, of identities: Int, in home: String) async throws {
        try OpenFiles.allow(min(2 * connections + 500, 19_000))
        self.connections = connections
        let authority = try await LocalAuthority.open(HomeFolder(home), passphrase: nil)
        var people: [StoredIdentity] = []
        for number in 0..<identities {
            let name = "\(number % 4 < 2 ? "cut" : "keep")-\(number)"
            let key = SigningKey.make(.p256)
            let issued = try await authority.issuing.issue(
                IssuanceRequest(profile: .client, name: name, publicKey: key.publicKey, actor: "test"))
            people.append(
                try StoredIdentity(
                    name: IdentityName(name), chain: issued.chain, key: key, anchors: [issued.anchor]))
        }
        self.people = people
        crowd = try await Crowd(people, pause: Self.pause(connections))
    }

    /// In seconds. 500 exchanges a second, however many there are: each talks, and the machine is not busy with it.
    private static func pause(_ connections: Int) -> Int { max(2, connections / 500) }

    /// As many at each end.
    func connect(to ends: [Ends]) async throws {
        for one in ends { try await crowd.connect(connections / ends.count, to: try await one.listening()) }
        print("\(connections) live connections, \(ends.map { $0.residentBytes >> 20 }) MB at the ends")
    }

    /// Runs the command, and waits until half of them are closed.
    /// - Parameter isDone: this line of it says that the store has answered.
    /// - Returns: when that line came, and what the command said last.
    func cut(
        by words: [String], confirming count: Int, when isDone: @escaping @Sendable (Event) -> Bool
    ) async throws -> (returned: UInt64, said: Event) {
        let command = try RunningProgram([try BuiltProgram.path("symbolon")] + words)
        let returned = await command.lines.first(after: 0, within: Ends.patience) { line in
            Event(line).map(isDone) == true ? Monotonic.now : nil
        }
        try await crowd.closed(connections / 2)
        let status = await command.ended(within: Ends.patience)
        #expect(status == 0, "\(command.lines.text)\n\(command.complaints.text)")
        let said = try #require(command.lines.all.compactMap { Event($0) }.last)
        #expect(said.number("ends") == count && said.number("confirmed") == count, "\(said)")
        return (try #require(returned), said)
    }

    /// What became of each.
    func judge(
        after returned: UInt64, confirmed milliseconds: Int, within most: Duration, hearing alert: String
    ) async throws {
        let ended = try await crowd.fates().filter { $0.closedAt != nil }
        let times = ended.compactMap(\.closedAt).sorted().map { Duration.nanoseconds(Int64($0) - Int64(returned)) }
        #expect(times.count == connections / 2, "exactly that half")
        let (median, worst) = (try #require(times.dropFirst(times.count / 2).first), try #require(times.last))
        #expect(worst < most, "\(worst)")
        let alerts = ended.count { $0.alert == alert }
        print(
            "\(times.count) of \(connections) closed: median \(Self.shown(median)), worst \(Self.shown(worst)) after the store's",
            "answer; all ends had confirmed \(milliseconds) ms after it; \(alerts) heard \(alert)")
        // The others talk on, and then every octet has come back.
        try await crowd.turn(within: Ends.patience + .seconds(Self.pause(connections)))
        try await crowd.quiet()
        let kept = try await crowd.fates().filter { $0.closedAt == nil }
        #expect(kept.count == connections - connections / 2)
        #expect(kept.allSatisfy { $0.sent == $0.received && $0.wrong == 0 && $0.sent >= 128 })
    }

    /// Those that were cut, one line each with its reason, and no other.
    func expect(_ reason: String, alert: String, at ends: [Ends]) async throws {
        let half = connections / 2
        let areTold = try await eventually {
            ends.reduce(0) { $0 + $1.events.count { $0["event_type"] == "closed" } } >= half
        }
        #expect(areTold)
        let closed = ends.flatMap { $0.events.filter { $0["event_type"] == "closed" } }
        #expect(closed.count == half)
        #expect(closed.allSatisfy { $0["reason"] == reason && $0["peer"]?.contains("/cut-") == true })
        let told = closed.count { $0["alert"] == alert }
        #expect(told >= half * 9 / 10, "\(told) of \(half) were told why")
    }

    private static func shown(_ time: Duration) -> String {
        "\((time.components.attoseconds / 1_000_000_000_000_000) + time.components.seconds * 1000) ms"
    }
}
