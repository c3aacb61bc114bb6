import Foundation
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("symbolon up, interrupted")
struct KilledWhileStartingTests {
    @Test("killed at any moment, up can be run again, and what comes of it is whole")
    func killed() throws {
        let whole = try timeOfUp()
        var random = SeededRandom(seed: 20_260_601)
        var interrupted = 0
        for _ in 0..<12 {
            let home = try Home()
            let delay = Double.random(in: 0...whole, using: &random)
            let killed = try home.start(
                ["up", "--once", "--home", home.path],
                by: ["/usr/bin/timeout", "-s", "KILL", String(format: "%.3f", delay)])
            if killed.status != 0 { interrupted += 1 }
            let again = try home.start(["up", "--once", "--home", home.path])
            #expect(again.status == 0, "after \(delay) s: \(again.err)")
            let issued = try home.start(["identity", "issue", "web", "--profile", "service", "--home", home.path])
            #expect(issued.status == 0, "after \(delay) s: \(issued.err)")
            #expect(try home.start(["audit", "verify", "--home", home.path]).status == 0)
        }
        #expect(interrupted > 0, "no run was interrupted: the test shows nothing")
    }

    @Test("keys that belong to no authority, and were not left by an interrupted start, are not overwritten")
    func strangeKeys() throws {
        let home = try Home()
        try home.done("up", "--once")
        for file in ["authority.sqlite", "authority.sqlite-wal", "authority.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: home.path + "/" + file)
        }
        let before = try home.folder.read("home/keys/root.key.pem")
        for _ in 0..<2 {
            try home.refused(
                3, ["up", "--once"], what: "has an authority's keys, and no store", why: "root.key.pem is there",
                mend: "restore the store from a backup")
            #expect(try home.folder.read("home/keys/root.key.pem") == before)
        }
    }

    @Test("of many that begin at once one makes the authority, and no other harms it")
    func atOnce() async throws {
        let home = try Home()
        let statuses = try await withThrowingTaskGroup(of: Int32.self) { group in
            for _ in 0..<4 { group.addTask { try home.start(["up", "--once", "--home", home.path]).status } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.contains(0))
        #expect(statuses.allSatisfy { [0, 1].contains($0) }, "\(statuses)")
        #expect(try home.start(["up", "--once", "--home", home.path]).status == 0)
        #expect(try home.start(["identity", "issue", "web", "--profile", "service", "--home", home.path]).status == 0)
    }

    private func timeOfUp() throws -> Double {
        let home = try Home()
        let clock = ContinuousClock()
        return try clock.measure { try home.done("up", "--once") }.inSeconds
    }
}
