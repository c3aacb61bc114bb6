import Foundation
import SymbolonCertificates
import SymbolonKeys
import Testing

@testable import SymbolonStorage

@Suite("Where an identity from an ACME server came from")
struct ACMEOriginTests {
    private let scratch: Scratch
    private let home: HomeFolder
    private let origin = ACMEOrigin(
        directory: "https://ca.example.org/directory", account: "https://ca.example.org/account/1",
        names: ["dns:web.example.org", "ip:192.0.2.1"], profile: "short", challenge: "tls-alpn-01",
        listen: "0.0.0.0:443", serverAnchors: nil)

    init() throws {
        scratch = try Scratch()
        home = HomeFolder(scratch.file("home"))
        _ = try home.create(passphrase: .descriptor(0))
    }

    @Test("reads back as it was saved, beside the identity and owner-only; the account's key is sealed")
    func roundTrip() throws {
        let (web, account) = (try identity("web"), SigningKey.make(.p256))
        #expect(try home.acmeOrigin(web.name) == nil)
        try home.saveIdentity(web, from: origin, account: account, under: passphrase)
        #expect(try home.acmeOrigin(web.name) == origin)
        #expect(try home.accountKey(web.name, with: passphrase).publicKey == account.publicKey)
        #expect(try home.loadIdentity(web.name, with: passphrase).chain == web.chain)
        #expect(throws: KeyFileFailure.self) {
            try home.accountKey(web.name, with: Passphrase(text: "only one half"))
        }
        for file in ["web.acme.json", "web.account-key"] {
            #expect(try mode("\(home.identitiesFolder)/\(file)") == 0o600)
        }
        try home.check()
        // What stands beside an identity is none.
        #expect(try home.identityNames() == [web.name])
    }

    @Test("a renewal keeps the account; a new account takes the place of the old")
    func accounts() throws {
        let (web, first, second) = (try identity("web"), SigningKey.make(.p256), SigningKey.make(.p256))
        try home.saveIdentity(web, from: origin, account: first, under: passphrase)
        try home.saveIdentity(try identity("web"), from: origin, account: nil, under: passphrase)
        #expect(try home.accountKey(web.name, with: passphrase).publicKey == first.publicKey)
        try home.saveIdentity(web, from: origin, account: second, under: passphrase)
        #expect(try home.accountKey(web.name, with: passphrase).publicKey == second.publicKey)
    }

    @Test("an identity that comes another way, or goes, leaves nothing of it: what renews it is what made it")
    func forgotten() throws {
        let web = try identity("web")
        let files = ["web.acme.json", "web.account-key"].map { "\(home.identitiesFolder)/\($0)" }
        try home.saveIdentity(web, from: origin, account: .make(.p256), under: passphrase)
        try home.saveIdentity(web, under: passphrase)
        #expect(try home.acmeOrigin(web.name) == nil)
        #expect(files.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
        try home.saveIdentity(web, from: origin, account: .make(.p256), under: passphrase)
        try home.removeIdentity(web.name)
        #expect(files.allSatisfy { !FileManager.default.fileExists(atPath: $0) })
    }

    @Test("what does not read is no origin, and says so", arguments: ["", "{}", "[1]", "{\"directory\":7}"])
    func unreadable(text: String) throws {
        let web = try identity("web")
        try home.saveIdentity(web, from: origin, account: .make(.p256), under: passphrase)
        try scratch.write("home/identities/web.acme.json", text)
        #expect(throws: HomeFailure.self) { try home.acmeOrigin(web.name) }
    }
}
