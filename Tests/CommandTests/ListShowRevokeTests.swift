import Foundation
import SymbolonTestSupport
import Testing

@Suite("symbolon identity list, show and revoke")
struct ListShowRevokeTests {
    private func serial(of name: String, in home: Home) throws -> String {
        try #require(try home.objects("identity", "show", name).first?[text: "serial"])
    }

    @Test("what is live is listed, in a table and as JSON")
    func list() throws {
        let home = try Home.withAuthority()
        try home.done("identity", "issue", "printer-7", "--profile", "device")
        let lines = try home.done("identity", "list").out.split(separator: "\n").map(String.init)
        #expect(lines.count == 3)
        #expect(lines[0].hasPrefix("IDENTITY"))
        #expect(lines[1].hasPrefix("spiffe://example.internal/device/printer-7  device "))
        let column = try #require(lines[0].range(of: "SERIAL")).lowerBound.utf16Offset(in: lines[0])
        #expect(lines[2].dropFirst(column).count == 40)
        let objects = try home.objects("identity", "list")
        #expect(objects.map { $0[text: "profile"] } == ["device", "service"])
        #expect(try home.objects("identity", "list", "--profile", "device").count == 1)
        #expect(try home.objects("identity", "list", "--limit", "1").count == 1)
        #expect(try home.done("identity", "list", "--profile", "person").out.hasPrefix("Nothing is live."))
        #expect(try home.run("identity", "list", "--limit", "0").status == 64)
    }

    @Test(
        "a certificate is found by its short name, its identity and its serial number",
        arguments: ["alice", "spiffe://example.internal/person/alice", "SERIAL"])
    func show(_ word: String) throws {
        let home = try Home.withAuthority()
        try home.done("identity", "issue", "alice", "--profile", "person", "--mail", "alice@example.internal")
        let serial = try serial(of: "alice", in: home)
        let word = word == "SERIAL" ? serial : word
        let shown = try home.done("identity", "show", word).out
        #expect(shown.hasPrefix("spiffe://example.internal/person/alice  issued\n"))
        #expect(shown.contains("mail:alice@example.internal"))
        #expect(shown.contains(serial))
        let object = try #require(try home.objects("identity", "show", word).first)
        #expect(object[text: "serial"] == serial)
        #expect(object[list: "names"] == ["spiffe://example.internal/person/alice", "mail:alice@example.internal"])
    }

    @Test(
        "what was never issued is said to be so",
        arguments: ["nobody", "3f9c", "spiffe://example.internal/nobody", "a@b", "", "\u{1B}[2J"])
    func unknown(_ word: String) throws {
        let home = try Home.withAuthority()
        for verb in ["show", "revoke"] {
            let result = try home.run("identity", verb, word)
            #expect(result.status == 2, "\(result.err)")
            #expect(result.err.contains("no certificate was issued for"), "\(result.err)")
            #expect(!result.err.contains("\u{1B}"))
        }
    }

    @Test("revoked by name, every live certificate of the identity is; a second time it is no news")
    func revokeByName() throws {
        let home = try Home.withAuthority()
        try home.done("identity", "issue", "web", "--profile", "service")
        let result = try home.done("identity", "revoke", "web", "--reason", "superseded")
        #expect(result.out.split(separator: "\n").count == 2)
        #expect(
            result.out.split(separator: "\n").allSatisfy {
                $0.hasPrefix("revoked   spiffe://example.internal/web ") && $0.hasSuffix("(superseded)")
            })
        #expect(try home.objects("identity", "list").isEmpty)
        let all = try home.objects("identity", "list", "--all")
        #expect(all.map { $0[text: "state"] } == ["revoked", "revoked"])
        #expect(all.map { $0[text: "reason"] } == ["superseded", "superseded"])
        #expect(try home.done("identity", "show", "web").out.contains("superseded"))
        #expect(try home.done("identity", "revoke", "web").out.hasPrefix("was already revoked   spiffe://"))
        let again = try home.objects("identity", "revoke", "web")
        #expect(again.map { $0[flag: "wasAlreadyRevoked"] } == [true, true])
        #expect(try home.objects("up", "--once").first?[number: "revoked"] == 2)
    }

    @Test("revoked by serial number, the others stay")
    func revokeOne() throws {
        let home = try Home.withAuthority()
        let first = try serial(of: "web", in: home)
        try home.done("identity", "issue", "web", "--profile", "service")
        let outcome = try home.objects("identity", "revoke", first)
        #expect(outcome.map { $0[text: "serial"] } == [first])
        #expect(outcome.map { $0[flag: "wasAlreadyRevoked"] } == [false])
        let live = try home.objects("identity", "list").map { $0[text: "serial"] }
        #expect(live.count == 1)
        #expect(live != [first])
    }

    @Test("one unknown name among several revokes none of them")
    func allOrNone() throws {
        let home = try Home.withAuthority()
        let result = try home.run("identity", "revoke", "web", "nobody")
        #expect(result.status == 2)
        #expect(try home.objects("identity", "list").count == 1)
    }

    @Test("a key reported compromised is never certified again")
    func compromised() throws {
        let home = try Home.withAuthority()
        let (key, request) = (home.folder.file("k"), home.folder.file("r"))
        let made = try run(
            "/usr/bin/openssl",
            [
                "req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", key,
                "-subj", "/CN=x", "-out", request,
            ])
        try #require(made.status == 0, "\(made.err)")
        let issue = ["identity", "issue", "x", "--profile", "client", "--csr", request]
        #expect(try home.run(issue).status == 0)
        try home.done("identity", "revoke", "x", "--reason", "keyCompromise")
        let again = try home.run(issue)
        #expect(again.status == 1, "\(again.out)\(again.err)")
        #expect(again.out == "")
    }

    @Test("a reason that can be lifted, or is none, is refused", arguments: ["certificateHold", "because"])
    func reason(_ reason: String) throws {
        let home = try Home.withAuthority()
        #expect(try home.run("identity", "revoke", "web", "--reason", reason).status == 64)
        #expect(try home.objects("identity", "list").count == 1)
    }
}
