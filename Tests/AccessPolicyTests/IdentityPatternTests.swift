import SymbolonAccessPolicy
import SymbolonNames
import Testing

@Suite("Z05: a pattern means whole segments, with their case")
struct PatternTruthTable {
    private static let domain = try! TrustDomain("example.internal")

    struct Row: Sendable, CustomTestStringConvertible {
        let pattern: String
        let name: String
        let matches: Bool
        var testDescription: String { "\(pattern) \(matches ? "means" : "does not mean") \(name)" }

        init(_ pattern: String, _ name: String, _ matches: Bool) {
            self.pattern = pattern
            self.name = name
            self.matches = matches
        }
    }

    @Test(
        "Z05: truth table",
        arguments: [
            Row("admin", "spiffe://example.internal/admin", true),
            Row("admin", "spiffe://example.internal/administrator", false),
            Row("administrator", "spiffe://example.internal/admin", false),
            Row("admin", "spiffe://example.internal/Admin", false),
            Row("Admin", "spiffe://example.internal/admin", false),
            Row("admin", "spiffe://example.internal/person/admin", false),
            Row("admin", "spiffe://example.internal/admin/x", false),
            Row("admin", "spiffe://other.example/admin", false),
            Row("person/alice", "spiffe://example.internal/person/alice", true),
            Row("person/alice", "spiffe://example.internal/person/alice2", false),
            Row("person/*", "spiffe://example.internal/person/alice", true),
            Row("person/*", "spiffe://example.internal/person/alice/laptop", false),
            Row("person/*", "spiffe://example.internal/person", false),
            Row("person/*", "spiffe://example.internal/persona/alice", false),
            Row("person/*", "spiffe://example.internal/Person/alice", false),
            Row("person/*", "spiffe://other.example/person/alice", false),
            Row("device/**", "spiffe://example.internal/device/a", true),
            Row("device/**", "spiffe://example.internal/device/a/b/c", true),
            Row("device/**", "spiffe://example.internal/device", false),
            Row("device/**", "spiffe://example.internal/devices/a", false),
            Row("*", "spiffe://example.internal/web", true),
            Row("*", "spiffe://example.internal/person/alice", false),
            Row("**", "spiffe://example.internal/person/alice", true),
            Row("**", "spiffe://example.internal.evil.test/person/alice", false),
            Row("**", "dns:example.internal", false),
            Row("spiffe://other.example/ns/*", "spiffe://other.example/ns/pay", true),
            Row("spiffe://other.example/ns/*", "spiffe://example.internal/ns/pay", false),
            Row("spiffe://other.example/web", "spiffe://other.example/web", true),
            Row("dns:web.example.internal", "dns:web.example.internal", true),
            Row("dns:web.example.internal", "dns:*.example.internal", false),
            Row("dns:web.example.internal", "dns:a.web.example.internal", false),
            Row("dns:web.example.internal", "uri:https://web.example.internal", false),
            Row("mail:alice@example.internal", "mail:alice@example.internal", true),
            Row("mail:alice@example.internal", "mail:Alice@example.internal", false),
            Row("mail:alice@example.internal", "mail:alice@sub.example.internal", false),
            Row("ip:10.0.0.1", "ip:10.0.0.1", true),
            Row("ip:10.0.0.1", "ip:10.0.0.10", false),
            Row("ip:::1", "ip:::1", true),
            Row("ns/*/sa/web", "spiffe://example.internal/ns/pay/sa/web", true),
            Row("ns/*/sa/web", "spiffe://example.internal/ns/pay/x/sa/web", false),
            Row("*/admin", "spiffe://example.internal/admin", false),
        ])
    func table(_ row: Row) throws {
        let pattern = try IdentityPattern(row.pattern, defaultDomain: Self.domain)
        #expect(pattern.matches(try SubjectName(row.name)) == row.matches)
    }

    @Test(
        "a pattern that means nothing certain is refused",
        arguments: [
            ("", PatternFailure.empty),
            ("adm*", .starWithinPath("adm*")),
            ("*x/admin", .starWithinPath("*x/admin")),
            ("person/**/x", .starWithinPath("person/**/x")),
            ("***", .starWithinPath("***")),
            ("dns:*.example.internal", .starOutsidePath("dns:*.example.internal")),
        ])
    func refused(_ text: String, _ failure: PatternFailure) {
        #expect(throws: failure) { try IdentityPattern(text, defaultDomain: Self.domain) }
    }

    @Test(
        "a pattern that is no name is refused with the name's reason",
        arguments: [
            "/admin", "admin/", "a//b", "./admin", "../admin", "we b", "web:8080", "spiffe://Example.internal/web",
            "spiffe://example.internal", "spiffe://example.internal/", "spiffe:///web", "dns:web_1.internal",
            "ip:10.0.0",
            "SPIFFE://example.internal/web", "web\n",
        ])
    func notAName(_ text: String) {
        let failure = #expect(throws: PatternFailure.self) { try IdentityPattern(text, defaultDomain: Self.domain) }
        guard case .name = failure else {
            Issue.record("\(text): \(String(describing: failure))")
            return
        }
    }

    @Test("a short name means nothing where no trust domain is known, and a whole one means itself")
    func noDomain() throws {
        #expect(throws: PatternFailure.domainMissing("web")) { try IdentityPattern("web", defaultDomain: nil) }
        let whole = try IdentityPattern("spiffe://example.internal/web", defaultDomain: nil)
        #expect(whole == (try IdentityPattern("web", defaultDomain: Self.domain)))
    }

    @Test(
        "its description is the same pattern with the domain spelled out",
        arguments: [
            ("web", "spiffe://example.internal/web"), ("person/*", "spiffe://example.internal/person/*"),
            ("**", "spiffe://example.internal/**"), ("ns/*/web", "spiffe://example.internal/ns/*/web"),
            ("dns:web.example.internal", "dns:web.example.internal"),
        ])
    func description(_ text: String, _ spelledOut: String) throws {
        let pattern = try IdentityPattern(text, defaultDomain: Self.domain)
        #expect(pattern.description == spelledOut)
        #expect(try IdentityPattern(spelledOut, defaultDomain: TrustDomain("unused.example")) == pattern)
    }
}
