import Foundation
import SymbolonTestSupport
import Testing

@Suite("symbolon identity export: files for other programs")
struct ExportTests {
    private func export(_ home: Home, _ options: String...) throws -> ProgramRun {
        try home.run(["identity", "export", "web", "--out", home.folder.file("out")] + options)
    }

    private func secret(_ home: Home) throws -> [String] {
        try home.folder.write("for the export\n", to: "export-secret")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: home.folder.file("export-secret"))
        return ["--export-passphrase-file", home.folder.file("export-secret")]
    }

    @Test(
        "each format writes its files: keys for their owner only, certificates for all",
        arguments: [
            ("pem", ["web.pem": 0o644, "web.key.pem": 0o600, "anchors.pem": 0o644]),
            ("der", ["web.der": 0o644, "issuing.der": 0o644, "web.key.der": 0o600, "anchor.der": 0o644]),
            ("p12", ["web.p12": 0o600]),
        ])
    func formats(_ format: String, _ files: [String: Int]) throws {
        let home = try Home.withAuthority()
        let result = try home.run(
            ["identity", "export", "web", "--out", home.folder.file("out"), "--format", format] + (try secret(home)))
        #expect(result.status == 0, "\(result.err)")
        let written = try FileManager.default.contentsOfDirectory(atPath: home.folder.file("out"))
        #expect(Set(written) == Set(files.keys))
        for (name, wanted) in files {
            #expect(try mode(home.folder.file("out/\(name)")) == wanted, "\(name)")
            #expect(result.out.contains("wrote \(home.folder.file("out/\(name)"))\n"))
        }
    }

    @Test("how the key leaves must be said: sealed or readable, and not both")
    func keyMustBeSaid() throws {
        let home = try Home.withAuthority()
        let secret = try secret(home)
        for options in [
            [], ["--plain-key"] + secret, ["--format", "p12"], ["--format", "p12", "--plain-key"],
            ["--format", "jks"] + secret, secret + ["--export-passphrase-fd", "3"],
        ] {
            let result = try home.run(["identity", "export", "web", "--out", home.folder.file("out")] + options)
            #expect(result.status == 64, "\(options): \(result.out)\(result.err)")
        }
        #expect(!FileManager.default.fileExists(atPath: home.folder.file("out")))
    }

    @Test("files that are there stay, all of them, unless it is forced")
    func existing() throws {
        let home = try Home.withAuthority()
        try FileManager.default.createDirectory(atPath: home.folder.file("out"), withIntermediateDirectories: false)
        try home.folder.write("mine", to: "out/anchors.pem")
        let refused = try export(home, "--plain-key")
        #expect(refused.status == 1)
        #expect(refused.err.contains("nothing was written"))
        #expect(refused.err.contains("there already: \(home.folder.file("out/anchors.pem"))"))
        #expect(refused.err.contains("--force"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.folder.file("out")) == ["anchors.pem"])
        #expect(try home.folder.read("out/anchors.pem") == Array("mine".utf8))
        #expect(try export(home, "--plain-key", "--force").status == 0)
        #expect(try home.folder.read("out/anchors.pem") != Array("mine".utf8))
    }

    @Test("an export is in the record, with how the key left, and JSON names the files")
    func recorded() throws {
        let home = try Home.withAuthority()
        let result = try export(home, "--plain-key", "--json")
        #expect(result.status == 0, "\(result.err)")
        let files = try result.out.split(separator: "\n").map { try JSONObject(String($0))[text: "file"] }
        #expect(files.contains(home.folder.file("out/web.key.pem")))
        let last = try #require(try home.objects("audit", "show", "--last", "1").first)
        #expect(last[text: "kind"] == "identity.exported")
        #expect(last[text: "subject"] == "spiffe://example.internal/web")
        #expect(last[object: "details"]?["key"] as? String == "plain")
    }

    @Test("an identity that is not in this home cannot leave it", arguments: ["nobody", "../web", "Web"])
    func absent(_ name: String) throws {
        let home = try Home.withAuthority()
        let out = home.folder.file("out")
        try home.refused(
            2, ["identity", "export", name, "--out", out, "--plain-key"], what: "this home has no identity \"\(name)\"",
            mend: "symbolon identity issue")
        #expect(!FileManager.default.fileExists(atPath: out))
    }
}
