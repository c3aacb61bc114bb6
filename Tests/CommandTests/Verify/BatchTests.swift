import Foundation
import SymbolonCertificates
import SymbolonTestSupport
import SymbolonWire
import Testing

@testable import symbolon

@Suite("verify --batch: one question, one answer")
struct BatchTests {
    private static let batch = BatchRun(now: noon)

    /// A good question under the id `one`.
    private static func question(_ chain: TestPKI = .goodChain()) -> [String: Any] {
        [
            "id": "one", "leaf": pem(chain.leafDER), "intermediates": [pem(chain.issuingDER)],
            "roots": [pem(chain.rootDER)],
        ]
    }

    private static func pem(_ der: [UInt8], _ label: String = "CERTIFICATE") -> String {
        PEM.render(label: label, der)
    }

    private static func answer(_ question: [String: Any]) throws -> BatchAnswer {
        answer(Array(try JSONSerialization.data(withJSONObject: question)))
    }

    private static func answer(_ bytes: [UInt8]) -> BatchAnswer { batch.answer(to: .text(bytes), number: 7) }

    @Test("an accepted chain: the path by its subjects, and the policies")
    func accepted() throws {
        let text = try JSONLine.text(try Self.answer(Self.question()))
        let path = #"["CN=web,O=Symbolon Tests","CN=Test Issuing,O=Symbolon Tests","CN=Test Root,O=Symbolon Tests"]"#
        #expect(text == #"{"id":"one","verdict":"accepted","path":\#(path),"policies":[]}"#)
    }

    @Test("a refused chain: the typed case, its clause, the certificate's place, and both values")
    func refused() throws {
        var chain = TestPKI.goodChain()
        chain.issuing.notAfter = noon - 1
        let text = try JSONLine.text(try Self.answer(Self.question(chain)))
        let detail =
            #"intermediate 1 \"CN=Test Issuing,O=Symbolon Tests\": expired: valid until 2026-06-01T11:59:59Z, and it is 2026-06-01T12:00:00Z"#
        let start =
            #"{"id":"one","verdict":"refused","reason":"expired","clause":"RFC 5280 §6.1.3(a)(2)","certificate":1"#
        #expect(text == start + #","detail":"\#(detail)"}"#)
        chain.issuing.notAfter = noon
        #expect(try Self.answer(Self.question(chain)).verdict == .accepted)
    }

    @Test("the anchor is the last certificate of the path")
    func anchorPosition() throws {
        var chain = TestPKI.goodChain()
        chain.root.notAfter = noon - 1
        let answer = try Self.answer(Self.question(chain))
        #expect(answer.certificate == 2)
        #expect(answer.reason == "expired")
    }

    /// A member with another value, and what comes of it.
    struct Change: Sendable, CustomTestStringConvertible {
        let member: String
        let value: @Sendable () -> Any
        let verdict: BatchAnswer.Verdict
        let text: String

        init(
            _ member: String, _ value: @autoclosure @escaping @Sendable () -> Any, _ verdict: BatchAnswer.Verdict,
            _ text: String = ""
        ) {
            (self.member, self.value, self.verdict, self.text) = (member, value, verdict, text)
        }

        var testDescription: String { "\(member): \(value())".prefix(80) + " \(verdict)" }
    }

    private static let broken = "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"
    private static let brokenList = "-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"

    @Test(
        "each member decides as it says; what cannot be read is unusable, and says where",
        arguments: [
            Change("id", 7, .accepted), Change("id", NSNull(), .accepted),
            Change("id", ["x"], .unusable, "line 7: id: a text is due"),
            Change("extra", "what other programs add", .accepted),
            Change("leaf", NSNull(), .unusable, "leaf"), Change("leaf", 5, .unusable, "leaf: a text is due"),
            Change("leaf", "no PEM", .unusable, "leaf: no PEM block (BEGIN CERTIFICATE) in the text"),
            Change("leaf", broken + broken, .unusable, "leaf: 2 certificates where one is due"),
            Change("leaf", brokenList, .unusable, "leaf: a PEM block \"X509 CRL\" where \"CERTIFICATE\" is due"),
            Change("leaf", broken, .refused, "malformed"),
            Change("intermediates", [String](), .refused, "issuerUnknown"),
            Change("intermediates", "text", .unusable, "intermediates: an array of texts is due"),
            Change("intermediates", ["", 1] as [Any], .unusable, "intermediates[1]: a text is due"),
            Change("intermediates", ["-----BEGIN"], .unusable, "intermediates[0]: line 1"),
            Change("roots", [String](), .refused, "issuerUnknown"),
            Change("roots", [broken], .refused, "none of the roots can be read"),
            Change("at", "2026-06-02T11:00:00Z", .accepted), Change("at", "2026-06-02T11:00:01Z", .refused, "expired"),
            Change("at", "yesterday", .unusable, "at: \"yesterday\" is not a time of RFC 3339"),
            Change("purpose", "client", .accepted), Change("purpose", "any", .accepted),
            Change("purpose", "mail", .refused, "extendedKeyUsageUnfit"),
            Change("purpose", "code", .refused, "a signer of programs needs codeSigning"),
            Change("purpose", "tea", .unusable, "purpose: \"tea\" is none of server, client, mail, code, any"),
            Change("names", ["dns:web.example.internal", "ip:127.0.0.1"], .accepted),
            Change("names", ["dns:web.example.internal", "dns:other.example"], .refused, "nameMismatch"),
            Change("names", ["dns:a..b"], .refused, "no certificate can have the name asked for"),
            Change("names", ["web"], .unusable, "names: "),
            Change("crls", [String](), .accepted), Change("crls", [brokenList], .refused, "revocationUnknown"),
            Change("crls", ["text"], .unusable, "crls[0]: no PEM block (BEGIN X509 CRL) in the text"),
            Change("crls", [broken], .unusable, "crls[0]: a PEM block \"CERTIFICATE\""),
            Change("ocsp", ["MAA="], .refused, "revocationUnknown"),
            Change("ocsp", ["%"], .unusable, "ocsp[0]: not the base64"),
            Change("filters", ["MAA="], .refused, "revocationUnknown"),
            Change("filters", ["%"], .unusable, "filters[0]: not the base64"),
            Change("revocation", "off", .accepted), Change("revocation", "required", .refused, "revocationUnknown"),
            Change("revocation", "soft", .unusable, "revocation: \"soft\" is none of off, required"),
            Change("profile", "rfc5280", .accepted),
            Change("profile", "lax", .unusable, "profile: \"lax\" is none of rfc5280, strict"),
            Change("maxDepth", 1, .accepted), Change("maxDepth", 0, .refused, "pathTooDeep"),
            Change("maxDepth", 65, .unusable, "maxDepth: a whole number from 0 to 64 is due"),
            Change("maxDepth", 1.5, .unusable, "maxDepth: a whole number from 0 to 64 is due"),
            Change("maxDepth", "1", .unusable, "line 7: maxDepth: a number is due"),
            Change("requireExplicitPolicy", true, .refused, "policyMissing"),
            Change("requireExplicitPolicy", "yes", .unusable, "requireExplicitPolicy: true or false is due"),
            Change("initialPolicies", ["1.2.3", "anyPolicy"], .accepted),
            Change("initialPolicies", ["gold"], .unusable, "initialPolicies: \"gold\" is no object identifier"),
        ])
    func members(_ change: Change) throws {
        var question = Self.question()
        question[change.member] = change.value()
        let answer = try Self.answer(question)
        #expect(answer.verdict == change.verdict, "\(answer)")
        let said = [answer.reason, answer.detail].compactMap(\.self).joined(separator: ": ")
        if !change.text.isEmpty { #expect(said.contains(change.text)) }
        if change.member != "id" { #expect(answer.id == .text("one")) }
    }

    @Test(
        "a line that is no question gets an answer that says so",
        arguments: [
            ("", "line 7: empty"), (" \r", "line 7: empty"), ("{", "line 7: not JSON"),
            ("[]", "line 7: not a JSON object"),
            ("7", "line 7: not a JSON object"), ("{}", "line 7: \"leaf\" is missing"),
        ])
    func noQuestion(_ line: String, _ detail: String) {
        #expect(Self.answer(Array(line.utf8)) == BatchAnswer(nil, unusable: detail))
    }

    @Test("a line that is too long gets an answer that says so")
    func tooLong() {
        let answer = Self.batch.answer(to: .tooLong(limit: 10), number: 3)
        #expect(answer == BatchAnswer(nil, unusable: "line 3: longer than 10 octets"))
    }

    @Test("lists that are given are asked, unless revocation is off")
    func listsAreAsked() throws {
        var question = Self.question()
        question["crls"] = [Self.brokenList]
        question["revocation"] = "off"
        #expect(try Self.answer(question).verdict == .accepted)
    }

    @Test("an issuer or a root that is no certificate, and that no path needs, is passed over")
    func unneededAndMalformed() throws {
        let chain = TestPKI.goodChain()
        var question = Self.question(chain)
        question["intermediates"] = [Self.broken, Self.pem(chain.issuingDER)]
        question["roots"] = [Self.broken, Self.pem(chain.rootDER)]
        #expect(try Self.answer(question).verdict == .accepted)
    }

    @Test("the executable answers each line and ends with 0, or with 2 when one could not be read")
    func executable() throws {
        let good = try JSONSerialization.data(
            withJSONObject: Self.question().merging(["at": "2026-06-01T12:00:00Z"]) { $1 })
        let symbolon = try BuiltProgram.path("symbolon")
        let folder = try TemporaryFolder()
        let file = try folder.write(Array(good) + [0x0A] + Array(good), to: "questions")
        let done = try run(symbolon, ["verify", "--batch", file])
        #expect(done.status == 0, "\(done.err)")
        #expect(done.out.split(separator: "\n").count == 2)

        let spoilt = try run(symbolon, ["verify", "--batch", "-"], input: Array("{\n".utf8) + Array(good))
        #expect(spoilt.status == 2)
        #expect(spoilt.out.hasPrefix(#"{"id":null,"verdict":"unusable","detail":"line 1: not JSON"}"#))
        #expect(spoilt.out.split(separator: "\n").count == 2)

        let missing = try run(symbolon, ["verify", "--batch", folder.file("none")])
        #expect(missing.status == 2)
        #expect(missing.err.contains("No such file"))
    }
}
