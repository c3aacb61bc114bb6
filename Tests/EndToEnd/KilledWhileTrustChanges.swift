import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonTestSupport
import SymbolonVerification
import Synchronization
import Testing

@testable import symbolon

extension EndToEnd {
    /// Each verb is killed several times before it is done; `SYMBOLON_KILLS=50`: all of that fifty times.
    @Suite("Killed in the middle of a change of trust, an authority is as it was before, or as it is after")
    struct KilledWhileTrustChanges {
        enum Engine: CaseIterable { case sqlite, postgreSQL }

        private static let times = ProcessInfo.processInfo.environment["SYMBOLON_KILLS"].flatMap { Int($0) } ?? 1

        @Test("prepare, activate and retire a root, with what is below it", arguments: Engine.allCases)
        func rollover(_ engine: Engine) async throws {
            let scene = try await KilledAuthority(on: engine)
            for _ in 0..<Self.times {
                let before = try #require(try await scene.issuers().active(.root))
                try await scene.killed(["authority", "prepare", "--root"]) { found in
                    // Both, or neither; and what issues is what issued.
                    let prepared = found.issuers.filter { $0.state == .prepared }
                    #expect(prepared.isEmpty || Set(prepared.map(\.role)) == [.root, .issuing])
                    #expect(found.issuers.active(.root) == before)
                    #expect(found.count("issuer.prepared") == found.issuers.count { $0.role == .root } - 1)
                    return !prepared.isEmpty
                }
                let next = try #require(try await scene.issuers().last { $0.role == .root && $0.state == .prepared })
                try await scene.killed(["authority", "activate", next.name, "--even-so"]) { found in
                    let (root, issuing) = (
                        try #require(found.issuers.active(.root)), try #require(found.issuers.active(.issuing))
                    )
                    #expect(issuing.root == root.key, "half of it is active")
                    #expect(root.key == before.key || root.key == next.key)
                    let activated = found.issuers.count { $0.role == .root && $0.state != .prepared } - 1
                    #expect(found.count("issuer.activated") == activated)
                    return root.key == next.key
                }
                try await scene.killed(["authority", "retire", before.name, "--even-so"]) { found in
                    let gone = found.issuers.filter { $0.root == before.key }
                    #expect(Set(gone.map(\.state)).count == 1, "half of it is retired")
                    #expect(gone.filter { $0.role == .issuing }.allSatisfy { ($0.revocation == nil) == $0.isBelieved })
                    let retired = found.issuers.count { $0.role == .root && $0.state == .retired }
                    #expect(found.count("issuer.retired") == retired)
                    return !gone.contains(where: \.isBelieved)
                }
            }
            try scene.ended()
        }

        @Test("replace a compromised issuing authority", arguments: Engine.allCases)
        func compromised(_ engine: Engine) async throws {
            let scene = try await KilledAuthority(on: engine)
            for number in 0..<Self.times {
                let before = try #require(try await scene.issuers().active(.issuing))
                let words = ["authority", "compromised", before.name, "--no-wait"]
                try await scene.killed(words) { found in
                    // One that was prepared for it takes its place at the next try.
                    #expect(found.issuers.count { $0.state == .prepared } <= 1)
                    let old = try #require(found.issuers.first { $0.key == before.key })
                    #expect((old.replacement != nil) == (old.state == .superseded), "half of it is replaced")
                    // Each before it was told a second time, with another deadline.
                    let told = 2 * number + (old.replacement == nil ? 0 : 1)
                    #expect(found.count("issuer.compromised") == told)
                    return old.state == .superseded
                }
                // The same command goes on with it to its end.
                try scene.done(["authority", "compromised", before.name, "--within", "1s"])
                let found = try await scene.issuers().first { $0.key == before.key }
                #expect(found?.state == .retired)
                #expect(found?.revocation?.reason == .cACompromise)
            }
            try scene.ended()
        }

        @Test("revoke a hundred certificates", arguments: Engine.allCases)
        func revoke(_ engine: Engine) async throws {
            let scene = try await KilledAuthority(on: engine)
            for number in 0..<Self.times {
                let serials = try await scene.issue(100, "job\(number)")
                // All at once, and in the record as often as in the store.
                try await scene.killed(["identity", "revoke", "job\(number)-*", "--wait", "0"]) { found in
                    #expect([0, 100].contains(found.revoked.intersection(serials).count))
                    #expect(found.count("certificate.revoked") == found.revoked.count)
                    return found.revoked.isSuperset(of: serials)
                }
            }
            try scene.ended()
        }
    }
}

/// An authority whose verbs are killed, while another node of it lives on.
private final class KilledAuthority: Sendable {
    /// What there is after a kill.
    struct Found {
        let issuers: [Issuer]
        let revoked: Set<SerialNumber>
        /// Of what the record has.
        let kinds: [String]

        func count(_ kind: String) -> Int { kinds.count { $0 == kind } }
    }

    private let folder: TemporaryFolder
    private let home: String
    private let node: LocalAuthority
    private let interrupted = Atomic(0)
    /// In seconds, what a verb takes until it changes anything: it opens its keys.
    private let opening: Double

    init(on engine: EndToEnd.KilledWhileTrustChanges.Engine) async throws {
        folder = try TemporaryFolder()
        home = folder.file("home")
        let program = try BuiltProgram.path("symbolon")
        let store = engine == .sqlite ? [] : ["--store", try await PostgreSQLServer.shared.newSchema()]
        let made = try run(program, ["up", "--once", "--home", home] + store)
        try #require(made.status == 0, "\(made.out)\(made.err)")
        node = try await LocalAuthority.open(HomeFolder(home), passphrase: nil)
        let active = try #require(try await node.store.issuers().active(.issuing))
        let start = Monotonic.now
        let refused = try run(program, ["authority", "activate", active.name, "--home", home])
        try #require(refused.status == 1, "\(refused.out)\(refused.err)")
        opening = Double(Monotonic.now - start) / 1e9
    }

    func done(_ words: [String]) throws {
        let ran = try run(try BuiltProgram.path("symbolon"), words + ["--home", home])
        try #require(ran.status == 0, "\(words): \(ran.out)\(ran.err)")
    }

    /// Kills a verb, each time a little later, until it has done its work; after each kill nothing may be half done.
    func killed(_ words: [String], isDone: (Found) throws -> Bool) async throws {
        var delay = opening * Double.random(in: 0.4...0.5)
        while true {
            let ran = try run(
                "/usr/bin/timeout",
                ["-s", "KILL", String(format: "%.3f", delay), try BuiltProgram.path("symbolon")] + words
                    + ["--home", home])
            // It kills itself as well.
            let isKilled = ran.status == SIGKILL
            if isKilled {
                interrupted.add(1, ordering: .relaxed)
            } else {
                try #require(ran.status == 0, "\(ran.out)\(ran.err)")
            }
            // It waits for what the killed one may have left at work in the database.
            _ = try await issue(1, "whole")
            if try isDone(try await found()) { return }
            try #require(isKilled, "\(words) ended well and has done nothing: \(ran.out)")
            delay += opening * 0.07
        }
    }

    func issuers() async throws -> [Issuer] { try await node.store.issuers() }

    private func found() async throws -> Found {
        let revoked = CertificateQuery(states: [.revoked], limit: .max)
        return Found(
            issuers: try await issuers(),
            revoked: Set(try await node.store.certificates(matching: revoked).map(\.intent.serialNumber)),
            kinds: try await node.store.auditEntries(from: 1, limit: 100_000).map {
                try AuditEntry($0).event.kind.rawValue
            })
    }

    /// Issues, and what is issued first verifies by what is believed then.
    func issue(_ count: Int, _ name: String) async throws -> Set<SerialNumber> {
        let key = SigningKey.make(.p256)
        var serials: Set<SerialNumber> = []
        for number in 0..<count {
            let issued = try await node.issuing.issue(
                IssuanceRequest(
                    profile: .client, name: "\(name)-\(number)", publicKey: key.publicKey, actor: "test"))
            serials.insert(issued.certificate.serialNumber)
            if number == 0 { try await verify(issued) }
        }
        return serials
    }

    private func verify(_ issued: IssuedCertificate) async throws {
        let domain = node.issuing.configuration.trustDomain
        let records = try await node.store.revocations()
        let snapshot = RevocationSnapshot(
            revoked: records.revoked, covering: Set(try await issuers().map(\.key)), epoch: records.changeCounter,
            thisUpdate: Date())
        _ = try Verifier(anchors: issued.anchors.map { TrustAnchor($0, for: domain) }, revocation: snapshot).verify(
            PresentedChain(der: issued.chain.map(\.der)), expecting: Expectation(.client, revocation: .required),
            at: Date())
    }

    /// The record is whole, and some were killed in time.
    func ended() throws {
        try done(["audit", "verify"])
        let count = interrupted.load(ordering: .relaxed)
        #expect(count > 0, "no run was interrupted: the test shows nothing")
        print("killed \(count) times")
    }
}

extension [Issuer] {
    /// The one that issues.
    fileprivate func active(_ role: Issuer.Role) -> Issuer? {
        let found = filter { $0.role == role && $0.state == .active }
        return found.count == 1 ? found[0] : nil
    }
}
