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
        let lines = result.out.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(
            lines.dropLast().allSatisfy {
                $0.hasPrefix("revoked   spiffe://example.internal/web ") && $0.hasSuffix("(superseded)")
            })
        #expect(lines.last == "no end is connected: lists and answers tell it")
        #expect(try home.objects("identity", "list").isEmpty)
        let all = try home.objects("identity", "list", "--all")
        #expect(all.map { $0[text: "state"] } == ["revoked", "revoked"])
        #expect(all.map { $0[text: "reason"] } == ["superseded", "superseded"])
        #expect(try home.done("identity", "show", "web").out.contains("superseded"))
        #expect(try home.done("identity", "revoke", "web").out.hasPrefix("was already revoked   spiffe://"))
        let again = try home.objects("identity", "revoke", "web")
        #expect(again.compactMap { $0[flag: "wasAlreadyRevoked"] } == [true, true])
        #expect(again.last?[number: "ends"] == 0)
        #expect(try home.objects("up", "--once").first?[number: "revoked"] == 2)
    }

    @Test("revoked by serial number, the others stay")
    func revokeOne() throws {
        let home = try Home.withAuthority()
        let first = try serial(of: "web", in: home)
        try home.done("identity", "issue", "web", "--profile", "service")
        let outcome = try home.objects("identity", "revoke", first)
        #expect(outcome.compactMap { $0[text: "serial"] } == [first])
        #expect(outcome.compactMap { $0[flag: "wasAlreadyRevoked"] } == [false])
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

    @Test("what is no reason is refused, and so is a word that chooses nothing")
    func reason() throws {
        let home = try Home.withAuthority()
        #expect(try home.run("identity", "revoke", "web", "--reason", "because").status == 64)
        #expect(try home.run("identity", "revoke", "--reason", "superseded").status == 64)
        #expect(try home.run("identity", "revoke", "web", "--since", "yesterday").status == 64)
        let later = try home.run("identity", "revoke", "web", "--since", "2999-01-01T00:00:00Z")
        #expect(later.status != 0 && later.err.contains("not invalid yet"), "\(later.err)")
        #expect(try home.objects("identity", "list").count == 1)
    }

    @Test("a hold, and its release, which lifts nothing else")
    func hold() throws {
        let home = try Home.withAuthority()
        try home.done("identity", "revoke", "web", "--reason", "certificateHold")
        #expect(try home.objects("identity", "list").isEmpty)
        #expect(try home.done("identity", "release", "web").out.hasPrefix("released   spiffe://example.internal/web "))
        #expect(try home.objects("identity", "list").map { $0[text: "state"] } == ["issued"])
        let again = try home.run("identity", "release", "web")
        #expect(again.status != 0 && again.err.contains("is on hold"), "\(again.err)")
        try home.done("identity", "revoke", "web", "--reason", "certificateHold")
        // The hold ends for good.
        try home.done("identity", "revoke", "web", "--reason", "superseded")
        #expect(try home.run("identity", "release", "web").status != 0)
        #expect(try home.objects("identity", "list", "--all").map { $0[text: "reason"] } == ["superseded"])
        let record = try home.done("audit", "show").out
        #expect(record.contains("certificate.released"))
    }

    @Test("R12: an operator raises a reason to keyCompromise, and nobody lowers it")
    func raised() throws {
        let home = try Home.withAuthority()
        try home.done("identity", "revoke", "web", "--reason", "superseded")
        let raised = try home.objects("identity", "revoke", "web", "--reason", "keyCompromise")
        #expect(raised.compactMap { $0[flag: "wasAlreadyRevoked"] } == [false])
        let lowered = try home.objects("identity", "revoke", "web", "--reason", "superseded")
        #expect(lowered.compactMap { $0[flag: "wasAlreadyRevoked"] } == [true])
        #expect(try home.objects("identity", "list", "--all").map { $0[text: "reason"] } == ["keyCompromise"])
    }

    @Test("a query hits what it says, and a dry run says so and changes nothing")
    func query() throws {
        let home = try Home.withAuthority()
        for name in ["job-1", "job-2", "joker"] { try home.done("identity", "issue", name, "--profile", "client") }
        func hit(_ options: String...) throws -> [String] {
            try home.objects(["identity", "revoke"] + options + ["--dry-run"]).compactMap { $0[text: "identity"] }
                .map { $0.replacingOccurrences(of: "spiffe://example.internal/", with: "") }.sorted()
        }
        #expect(try hit("job-*") == ["job-1", "job-2"])
        #expect(try hit("jo*") == ["job-1", "job-2", "joker"])
        #expect(try hit("--profile", "client") == ["job-1", "job-2", "joker"])
        #expect(try hit("--profile", "service") == ["web"])
        #expect(try hit("*", "--issued-before", "2999-01-01T00:00:00Z", "--profile", "client").count == 3)
        #expect(try home.run("identity", "revoke", "*", "--issued-from", "2999-01-01T00:00:00Z").status == 2)
        #expect(try home.run("identity", "revoke", "job_*").status == 2)
        #expect(try home.done("identity", "revoke", "job-1", "--dry-run").out.hasPrefix("would be revoked   "))
        #expect(try home.objects("identity", "list").count == 4)
        try home.done("identity", "revoke", "job-*", "--reason", "cessationOfOperation")
        #expect(try home.objects("identity", "list").count == 2)
    }

    @Test(
        "a key takes every certificate that uses it, by its file or its fingerprint",
        arguments: ["pem", "fingerprint", "name"])
    func byKey(_ how: String) throws {
        let home = try Home.withAuthority()
        let (key, request, publicKey) = (home.folder.file("k"), home.folder.file("r"), home.folder.file("p"))
        func openssl(_ arguments: String...) throws {
            let made = try run("/usr/bin/openssl", arguments)
            try #require(made.status == 0, "\(made.err)")
        }
        try openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
        try openssl("pkey", "-in", key, "-pubout", "-out", publicKey)
        for name in ["x", "y"] {
            try openssl("req", "-new", "-key", key, "-subj", "/CN=\(name)", "-out", request)
            let issued = try home.run("identity", "issue", name, "--profile", "client", "--csr", request)
            try #require(issued.status == 0, "\(issued.err)")
        }
        let fingerprint = try #require(try home.objects("identity", "show", "x").first?[text: "keyFingerprint"])
        let words =
            switch how {
            case "pem": ["--key", publicKey]
            case "fingerprint": ["--key", fingerprint]
            default: ["x"]
            }
        let hit = try home.objects(["identity", "revoke"] + words + ["--reason", "keyCompromise"])
        #expect(Set(hit.compactMap { $0[text: "identity"] }).count == 2, "\(hit)")
        #expect(try home.objects("identity", "list").map { $0[text: "identity"] } == ["spiffe://example.internal/web"])
        let again = try home.run("identity", "issue", "y", "--profile", "client", "--csr", request)
        #expect(again.status != 0 && again.err.contains("is blocked"), "\(again.err)")
    }
}
