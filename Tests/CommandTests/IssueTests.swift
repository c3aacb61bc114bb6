import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import Testing

@Suite("symbolon identity issue: a key made here, and its certificate")
struct IssueTests {
    @Test(
        "each profile gives its names, for its life",
        arguments: [
            ("service", ["--dns", "a.example.internal", "--ip", "127.0.0.1"], "spiffe://example.internal/a", 24.0),
            ("client", [], "spiffe://example.internal/a", 24),
            ("workload", ["--dns", "a.example.internal"], "spiffe://example.internal/a", 24),
            ("person", ["--mail", "a@example.internal"], "spiffe://example.internal/person/a", 8),
            ("device", [], "spiffe://example.internal/device/a", 90 * 24),
            ("mail", ["--mail", "a@example.internal"], "mail:a@example.internal", 24),
        ] as [(String, [String], String, Double)])
    func profiles(_ profile: String, _ options: [String], _ identity: String, _ hours: Double) throws {
        let home = try Home.withAuthority()
        let result = try home.run(["identity", "issue", "a", "--profile", profile, "--json"] + options)
        #expect(result.status == 0, "\(result.err)")
        let report = try JSONObject(result.out)
        #expect(report[text: "identity"] == identity)
        #expect(report[text: "profile"] == profile)
        #expect(report[text: "state"] == "issued")
        #expect(report[list: "names"]?.first == identity)
        for name in options where !name.hasPrefix("--") {
            #expect(report[list: "names"]?.contains { $0.hasSuffix(":\(name)") } ?? false)
        }
        let format = ISO8601DateFormatter()
        let begin = try #require(report[text: "notBefore"].flatMap(format.date))
        let end = try #require(report[text: "notAfter"].flatMap(format.date))
        // A minute before now, for clocks that are behind.
        #expect(end.timeIntervalSince(begin) == hours * .hour + .minute)
        #expect(try mode(home.path + "/identities/a.pem") == 0o600)
    }

    @Test("a person reads the same, aligned")
    func human() throws {
        let home = try Home.withAuthority()
        let result = try home.done(
            "identity", "issue", "laptop", "--profile", "client", "--life", "30m", "--key-algorithm", "ed25519")
        #expect(result.out.hasPrefix("spiffe://example.internal/laptop is issued.\n"))
        #expect(result.out.contains("30 min left") || result.out.contains("29 min 5"), "\(result.out)")
        #expect(result.out.contains("Ed25519"))
        #expect(result.out.contains("kept in"))
        #expect(result.out.contains("\(home.path)/identities/laptop.pem (key sealed)"))
    }

    @Test("issued again, the identity has a new key and serial number")
    func again() throws {
        let home = try Home.withAuthority()
        let issue = ["identity", "issue", "web", "--profile", "service", "--json"]
        let first = try JSONObject(try home.run(issue).out)
        let second = try JSONObject(try home.run(issue).out)
        #expect(first[text: "serial"] != nil)
        #expect(first[text: "serial"] != second[text: "serial"])
        #expect(first[text: "keyFingerprint"] != second[text: "keyFingerprint"])
    }

    private struct Wrong: CustomTestStringConvertible {
        let arguments: [String]
        let status: Int32
        let says: String
        var testDescription: String { arguments.joined(separator: " ") }

        init(_ status: Int32, _ says: String, _ arguments: String...) {
            (self.arguments, self.status, self.says) = (arguments, status, says)
        }
    }

    @Test(
        "what may not be issued is refused, and nothing is",
        arguments: [
            Wrong(64, "profile", "web", "--profile", "wizard"),
            Wrong(64, "--profile", "web"),
            Wrong(64, "life", "web", "--profile", "client", "--life", "soon"),
            Wrong(64, "--out goes with --csr", "web", "--profile", "client", "--out", "x"),
            Wrong(64, "key-algorithm", "web", "--profile", "client", "--key-algorithm", "rsa"),
            Wrong(64, "root", "web", "--profile", "root"),
            Wrong(64, "issuing", "web", "--profile", "issuing"),
            Wrong(2, "is not the name of an identity", "Web!", "--profile", "client"),
            Wrong(2, "is not the name of an identity", "../web", "--profile", "client"),
            Wrong(2, "is not the name of an identity", "", "--profile", "client"),
            Wrong(1, "authority", "authority", "--profile", "client"),
            Wrong(2, "is not a DNS name", "web", "--profile", "service", "--dns", "a_b..c"),
            Wrong(2, "is not an address", "web", "--profile", "service", "--ip", "127.0.0.256"),
            Wrong(2, "is not a mailbox", "web", "--profile", "person", "--mail", "nobody"),
            Wrong(1, "web.example.com", "web", "--profile", "service", "--dns", "web.example.com"),
            Wrong(1, "notexample.internal", "web", "--profile", "service", "--dns", "notexample.internal"),
            Wrong(1, "8.8.8.8", "web", "--profile", "service", "--ip", "8.8.8.8"),
            Wrong(1, "eve@example.com", "web", "--profile", "mail", "--mail", "eve@example.com"),
            Wrong(1, "takes no dns names", "web", "--profile", "client", "--dns", "web.example.internal"),
            Wrong(1, "*.example.internal", "web", "--profile", "workload", "--dns", "*.example.internal"),
            Wrong(1, "life", "web", "--profile", "person", "--life", "8d"),
            Wrong(1, "life", "web", "--profile", "service", "--life", "3000d"),
        ])
    private func refused(_ wrong: Wrong) throws {
        let home = try Home.withAuthority()
        let before = try home.done("identity", "list", "--all").out
        let kept = try home.folder.read("home/identities/web.pem")
        let result = try home.run(["identity", "issue"] + wrong.arguments)
        #expect(result.status == wrong.status, "\(result.out)\(result.err)")
        #expect(result.err.contains(wrong.says), "\(result.err)")
        #expect(result.out == "")
        #expect(try home.done("identity", "list", "--all").out == before)
        #expect(try home.folder.read("home/identities/web.pem") == kept)
    }

    @Test("a refusal by the authority is in the record")
    func recorded() throws {
        let home = try Home.withAuthority()
        _ = try home.run("identity", "issue", "web", "--profile", "service", "--dns", "web.example.com")
        let last = try home.objects("audit", "show", "--last", "2")
        #expect(last.map { $0[text: "kind"] } == ["issuance.refused", "operation.refused"])
        for entry in last { #expect("\(entry[object: "details"] ?? [:])".contains("web.example.com")) }
    }
}
