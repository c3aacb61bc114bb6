import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage
import SymbolonTestSupport
import Testing

/// Thousands of clients, each with a live connection that it proves and talks over, and the service that echoes them: each a
/// process of its own (Tests/CrowdProgram), so that the tests' own work is not in what they see.
final class Crowd: Sendable {
    /// What became of one.
    struct Fate: Decodable {
        let sent: Int
        let received: Int
        /// Octets that came back as others than were sent.
        let wrong: Int
        /// `Monotonic` time.
        let closedAt: UInt64?
        let alert: String?
    }

    private struct Identity: Encodable {
        let chain: [Data]
        let key: Data
    }

    private let folder: TemporaryFolder
    private let service: RunningProgram
    private let clients: RunningProgram
    /// Of the service.
    let port: Int

    /// - Parameters:
    ///   - identities: of the clients, in turn.
    ///   - pause: in seconds, between an echo and the next message of each.
    init(_ identities: [StoredIdentity], pause: Int) async throws {
        folder = try TemporaryFolder()
        let written = identities.map { identity in
            Identity(
                chain: identity.chain.map { Data($0.der) },
                key: unsafe identity.key.pkcs8().withUnsafeBytes { unsafe Data($0) })
        }
        try folder.write(JSONEncoder().encode(written), to: "identities")
        let program = try BuiltProgram.path("crowd")
        service = try RunningProgram([program, "echo"], inputStaysOpen: true)
        clients = try RunningProgram(
            [program, "talk", folder.file("identities"), String(pause)], inputStaysOpen: true)
        let line = await service.lines.first(after: 0, within: Ends.patience) { Int($0) }
        port = try #require(line, "\(service.complaints.text)")
    }

    /// Connects so many, one identity after the other in turn, and returns when each has had an echo.
    func connect(_ count: Int, to port: Int) async throws {
        // 20 ms: many times what a handshake takes.
        try await ask("connect \(count) \(port)", "connected", within: Ends.patience + .milliseconds(20 * count))
    }

    /// Waits until so many have been closed, whoever closed them.
    func closed(_ count: Int) async throws { try await ask("closed \(count)", "closed") }

    /// Waits until each that is live has begun another exchange.
    func turn(within patience: Duration) async throws { try await ask("turn", "turn", within: patience) }

    /// Lets the last echoes come: nobody begins another exchange.
    func quiet() async throws { try await ask("quiet", "quiet") }

    /// What became of each, in the order in which they connected.
    func fates() async throws -> [Fate] {
        let before = clients.lines.count
        try await ask("fates", "fates")
        return try clients.lines.all[before...].dropLast().map {
            try JSONDecoder().decode(Fate.self, from: Data($0.utf8))
        }
    }

    private func ask(_ line: String, _ answer: String, within patience: Duration = Ends.patience) async throws {
        let before = clients.lines.count
        try clients.say(line)
        let heard = await clients.lines.first(after: before, within: patience) { $0 == answer ? true : nil }
        try #require(heard == true, "\(line): \(clients.complaints.text)")
    }
}

/// The system's clock that only goes forward, which programs share.
enum Monotonic {
    /// In nanoseconds.
    static var now: UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
