import Foundation
import SymbolonAccessPolicy
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonRevocation
import SymbolonVerification
import Testing

@testable import SymbolonStorage

@Suite("What an authority said last is kept, the whole and what changed since, and outlives a torn write")
struct HeardTrustTests {
    private let issuer = SigningKey.make(.p256).publicKey.fingerprint

    private func identifier(_ number: UInt32) throws -> CertificateIdentifier {
        CertificateIdentifier(issuerKey: issuer, serialNumber: try StoreFixture.serial(number))
    }

    /// Statements as an authority makes them: number N revokes certificate N.
    private func whole(_ count: UInt32) throws -> (TrustStatement, RevokedSet) {
        var revoked: [CertificateIdentifier: Revocation] = [:]
        for number in 0..<count { revoked[try identifier(number + 1)] = Revocation(.superseded, since: noon) }
        let set = RevokedSet(revoked)
        let head = TrustStatement(
            trustDomain: "example.internal", anchors: "", issuing: "", changeCounter: UInt64(count), revoked: [],
            digest: RevocationDigest(of: set).description, federated: [])
        return (head.telling(set), set)
    }

    private func step(from: UInt32, to: UInt32) throws -> TrustStatement {
        let (all, _) = try whole(to)
        let lines = try (from..<to).map {
            "\(try StoreFixture.serial($0 + 1)) superseded \(Int(noon.timeIntervalSince1970))"
        }
        return TrustStatement(
            trustDomain: "example.internal", anchors: "", issuing: "", changeCounter: UInt64(to), since: UInt64(from),
            revoked: [.init(issuerKey: issuer.description, certificates: lines)], digest: all.digest, federated: [])
    }

    private func home() throws -> (HomeFolder, Scratch) {
        let scratch = try Scratch()
        let home = HomeFolder(scratch.file("home"))
        _ = try home.create()
        return (home, scratch)
    }

    @Test("Z03: signals of machines are kept with it, each to its own end, and are withdrawn by a change")
    func posture() throws {
        let (home, scratch) = try home()
        defer { withExtendedLifetime(scratch) {} }
        func line(_ name: String, _ word: String) -> String { "spiffe://example.internal/\(name) healthy \(word)" }
        func statement(_ counter: UInt32, since: UInt64?, _ lines: [String]) throws -> TrustStatement {
            let one = try whole(0).0
            return TrustStatement(
                trustDomain: one.trustDomain, anchors: "", issuing: "", changeCounter: UInt64(counter), since: since,
                revoked: [], digest: one.digest, federated: [], posture: lines)
        }
        func peers(_ heard: HeardTrust?) -> [String] { heard?.posture.signals.keys.map(\.description).sorted() ?? [] }
        let end = "\(Int(noon.timeIntervalSince1970) + 100)"
        let first = try statement(1, since: nil, [line("a", end), line("b", end), "nonsense", line("c", "soon")])
        var heard = HeardTrust(version: "1-a", whole: first, heardAt: noon)
        #expect(peers(heard) == ["a", "b"].map { "spiffe://example.internal/\($0)" })
        try home.note(heard)
        #expect(try home.heardTrust() == heard)
        let step = try statement(2, since: 1, [line("a", "withdrawn"), line("d", end)])
        heard = try #require(heard.following(step, as: "2-a", heardAt: noon + 1))
        try home.note(heard, after: step)
        #expect(peers(try home.heardTrust()) == ["b", "d"].map { "spiffe://example.internal/\($0)" })
        // Written anew as a whole, it is the same.
        try home.note(heard)
        #expect(try home.heardTrust() == heard)
        // What has lapsed is nothing any more.
        let late = try statement(3, since: 2, [])
        #expect(peers(heard.following(late, as: "3-a", heardAt: noon + 100)).isEmpty)
    }

    @Test("changes follow the whole, are read back with it, and another time is kept as well")
    func followed() throws {
        let (home, scratch) = try home()
        defer { withExtendedLifetime(scratch) {} }
        var heard = HeardTrust(version: "2-a", whole: try whole(2).0, heardAt: noon)
        try home.note(heard)
        for number: UInt32 in 2...4 {
            let next = try step(from: number, to: number + 1)
            heard = try #require(heard.following(next, as: "\(number + 1)-a", heardAt: noon + Double(number)))
            try home.note(heard, after: next)
        }
        #expect(heard.revoked == (try whole(5).1))
        #expect(try home.heardTrust() == heard)
        heard.heardAt = noon + 100
        try home.note(heard, after: nil)
        #expect(try home.heardTrust()?.heardAt == noon + 100)
        #expect(try mode(home.trustFile) == 0o600 && mode(home.path + "/trust.news") == 0o600)
    }

    @Test("a gap does not follow, and neither does another history; the same without one does")
    func gap() throws {
        let heard = HeardTrust(version: "2-a", whole: try whole(2).0, heardAt: noon)
        #expect(heard.following(try step(from: 3, to: 4), as: "4-a", heardAt: noon) == nil)
        let (statement, _) = try whole(3)
        let other = TrustStatement(
            trustDomain: "example.internal", anchors: "", issuing: "", changeCounter: 3, since: 2, revoked: [],
            digest: statement.digest, federated: [])
        #expect(heard.following(other, as: "3-b", heardAt: noon) == nil)
        #expect(heard.following(try step(from: 2, to: 3), as: "3-a", heardAt: noon) != nil)
        // Told twice, by two nodes: it is the same.
        let twice = heard.following(try step(from: 1, to: 3), as: "3-a", heardAt: noon)
        #expect(twice?.revoked == (try whole(3).1))
    }

    @Test("a torn line is heard again; what two processes noted twice is read once; a later whole outlives old changes")
    func torn() throws {
        let (home, scratch) = try home()
        defer { withExtendedLifetime(scratch) {} }
        let first = HeardTrust(version: "2-a", whole: try whole(2).0, heardAt: noon)
        try home.note(first)
        let next = try step(from: 2, to: 3)
        let second = try #require(first.following(next, as: "3-a", heardAt: noon))
        try home.note(second, after: next)
        try home.note(second, after: next)
        #expect(try home.heardTrust() == second)
        let news = home.path + "/trust.news"
        let whole4 = HeardTrust(version: "4-a", whole: try whole(4).0, heardAt: noon)
        let kept = try content(news)
        try Data(kept + Array("{\"version\":\"4-a\",\"tru".utf8)).write(to: URL(fileURLWithPath: news))
        try setMode(news, 0o600)
        #expect(try home.heardTrust() == second)
        try home.note(whole4)
        #expect(!FileManager.default.fileExists(atPath: news))
        // A process that is behind adds what it has just heard.
        try home.note(second, after: next)
        #expect(try home.heardTrust() == whole4)
    }

    @Test("the id of an end outlives its process, and two that run have two")
    func places() throws {
        let (home, scratch) = try home()
        defer { withExtendedLifetime(scratch) {} }
        var first: EndPlace? = try home.takeEndPlace()
        let second = try home.takeEndPlace()
        let id = try #require(first?.end)
        #expect(second.end != id)
        first = nil
        #expect(try home.takeEndPlace().end == id)
        #expect(try home.takeEndPlace().end == id)
        withExtendedLifetime(second) {}
    }
}
