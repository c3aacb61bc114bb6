import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonStorage
import SymbolonTestSupport
import Testing

@testable import symbolon

@Suite("An identity that an ACME server gave, in the home")
struct ObtainedIdentityTests {
    private let folder: TemporaryFolder
    private let home: HomeFolder
    private let identity: StoredIdentity
    private let passphrase: Passphrase

    init() throws {
        folder = try TemporaryFolder()
        home = HomeFolder(folder.file("home"))
        passphrase = try home.create().read()
        let pki = TestPKI.goodChain()
        var leaf = pki.leaf
        leaf.isValidNow()
        identity = try StoredIdentity(
            name: IdentityName("web"),
            chain: [Certificate(der: leaf.der(signedBy: pki.issuing)), Certificate(der: pki.issuingDER)],
            key: leaf.key, anchors: [pki.anchor])
        let origin = ACMEOrigin(
            directory: "https://ca.example.org/directory", account: "https://ca.example.org/account/1",
            names: ["dns:web.example.internal"], profile: nil, challenge: "http-01", listen: "0.0.0.0:80",
            serverAnchors: nil)
        try home.saveIdentity(identity, from: origin, account: .make(.p256), under: passphrase)
    }

    private func findings(at now: Date) async -> [Finding] {
        var examination = HomeExamination(home, passphrase: .file(home.passphraseFile), at: now)
        return await examination.run().filter { $0.subject == "identity web" }
    }

    @Test("doctor says how it is renewed; that it is due from two thirds of its life on, and that it has ended")
    func doctor() async throws {
        let (begin, end) = (identity.leaf.notBefore, identity.leaf.notAfter)
        let life = end.timeIntervalSince(begin)
        let early = await findings(at: begin + life / 2)
        #expect(
            early.contains { $0.standing == .note && $0.what.contains("renewed by http-01, answered at 0.0.0.0:80") })
        #expect(early.allSatisfy { $0.standing < .warning })
        let late = await findings(at: begin + life * 0.7)
        #expect(late.contains { $0.standing == .warning && $0.mend?.contains("symbolon identity renew web") == true })
        let over = await findings(at: end + 1)
        #expect(over.contains { $0.standing == .failure && $0.mend == "symbolon identity renew web" })
    }

    @Test("doctor says when it cannot be renewed: its account's key is gone, or its origin does not read")
    func unrenewable() async throws {
        try FileManager.default.removeItem(atPath: home.identitiesFolder + "/web.account-key")
        #expect(
            await findings(at: Date()).contains { $0.standing == .failure && $0.what.contains("cannot be renewed") })
        try folder.write("{}", to: "home/identities/web.acme.json")
        #expect(await findings(at: Date()).contains { $0.standing == .failure && $0.what == "cannot be used" })
    }

    @Test("list and show know it in a home without an authority, which has nobody else to ask")
    func listed() throws {
        let program = try BuiltProgram.path("symbolon")
        let list = try run(program, ["identity", "list", "--json", "--home", home.path])
        #expect(list.status == 0 && list.out.contains("\"profile\":\"acme\""), "\(list.err)")
        let show = try run(program, ["identity", "show", "web", "--home", home.path])
        #expect(show.status == 0 && show.out.contains("dns:web.example.internal"), "\(show.err)")
        let other = try run(program, ["identity", "show", "other", "--home", home.path])
        #expect(other.status == 2)
        try home.removeIdentity(identity.name)
        #expect(try run(program, ["identity", "list", "--home", home.path]).status == 2)
    }

    @Test(
        "what cannot be asked for is told before anything is asked",
        arguments: [
            (["web", "--from", "https://ca.example.org/directory"], Int32(64), "--dns"),
            (["web", "--from", "https://ca.example.org/d", "--dns", "a.example", "--eab-kid", "1"], 64, "go together"),
            (
                [
                    "web", "--from", "https://ca.example.org/d", "--dns", "a.example", "--listen-http", "0.0.0.0:80",
                    "--listen-tls", "0.0.0.0:443",
                ], 64, "exclude each other"
            ),
            (["Web!", "--from", "https://ca.example.org/d", "--dns", "a.example"], 2, "the name of an identity"),
            (["web", "--from", "https://ca.example.org/d", "--dns", "*.a.example"], 2, "dns-01"),
            (["web", "--from", "https://ca.example.org/d", "--dns", "a.example"], 2, "--anchors FILE"),
        ])
    func usage(_ words: [String], _ status: Int32, _ text: String) throws {
        let empty = folder.file("empty")
        let ran = try run(
            try BuiltProgram.path("symbolon"), ["identity", "obtain"] + words + ["--home", empty])
        #expect(ran.status == status && ran.err.contains(text), "\(ran.err)")
        #expect(!FileManager.default.fileExists(atPath: empty))
    }
}
