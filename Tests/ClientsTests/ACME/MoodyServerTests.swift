import Foundation
import NIOCore
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("E21: our client and a moody server")
struct E21MoodyServer {

    /// A mood that the client bears: the certificate comes all the same.
    struct Bearable: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let spoil: MoodyServer.Spoil

        init(_ description: String, _ spoil: @escaping MoodyServer.Spoil) {
            testDescription = description
            self.spoil = spoil
        }
    }

    /// Replaces an answer, its nonce aside.
    private static func replace(_ answer: inout MoodyServer.Answer, with other: MoodyServer.Answer) {
        let nonce = answer.nonce
        answer = other
        answer.nonce = nonce
    }

    private static let bearableMoods: [Bearable] = [
        Bearable("nothing is wrong") { _, _ in },
        Bearable("no answer but newNonce's has a nonce") { answer, call in
            if call.resource != .newNonce { answer.nonce = nil }
        },
        Bearable("nonces that are no base64url are ignored") { answer, call in
            if call.resource != .newNonce { answer.nonce = "?? not one ??" }
        },
        Bearable("each nonce is refused nine times") { answer, call in
            guard call.header != .null, call.before % 10 != 9 else { return }
            replace(&answer, with: .problem("badNonce", 400))
        },
        Bearable("a refused nonce comes with none") { answer, call in
            guard call.resource == .newOrder, call.before < 5 else { return }
            answer = .problem("badNonce", 400)
        },
        Bearable("it wants a pause of ten seconds") { answer, call in
            guard call.resource == .newOrder, call.before == 0 else { return }
            replace(&answer, with: .problem("rateLimited", 429, "Retry-After: 10"))
        },
        Bearable("it is busy until a moment, as HTTP writes one") { answer, call in
            guard call.resource == .finalize, call.before == 0 else { return }
            replace(&answer, with: .problem("serverInternal", 503, "Retry-After: Mon, 01 Jun 2026 12:00:30 GMT"))
        },
        Bearable("what stands before it is busy, and speaks no ACME") { answer, call in
            guard call.resource == .finalize || call.resource == .certificate, call.before == 0 else { return }
            (answer.status, answer.type, answer.body) = (429, "text/plain", [])
            answer.fields = ["Retry-After: 3"]
        },
        Bearable("Link headers lead nowhere") { answer, _ in
            answer.fields += ["Link: <javascript:alert(1)>;rel=\"alternate\"", "Link: ,;;<"]
        },
        Bearable("content types have parameters, and another case") { answer, _ in
            answer.type = answer.type.uppercased() + " ; charset=utf-8"
        },
        Bearable("the finalization was taken, and it says so the second time") { answer, call in
            guard call.resource == .finalize else { return }
            replace(&answer, with: .problem("orderNotReady", 403))
        },
        Bearable("finalized, the order seems ready for a while") { answer, call in
            let seemsReady = call.resource == .finalize || call.resource == .order && (1...3).contains(call.before)
            if seemsReady { answer.json = answer.json.setting("status", "ready").setting("certificate", nil) }
        },
        Bearable("the order stays pending for a while, all being proved") { answer, call in
            if call.resource == .order, call.before < 3, call.status == "ready" {
                answer.json = answer.json.setting("status", "pending")
            }
        },
    ]

    @Test(
        "enrols every time",
        arguments: bearableMoods)
    func bearable(_ mood: Bearable) async throws {
        let server = try await MoodyServer.start(spoil: mood.spoil)
        let enroller = try Enroller(server.directory)
        let chain = try await enroller.enroll()
        #expect(chain.first?.publicKey == Enroller.key.publicKey)
        // §7.4.2: alternate chains are left where they are.
        #expect(!server.calls.contains { $0.header["url"] == .string("\(server.base)/certificate/2") })
    }

    @Test("what it asks to wait for is waited for, to the second")
    func waits() async throws {
        let server = try await MoodyServer.start { answer, call in
            if call.resource == .newOrder, call.before == 0 {
                Self.replace(&answer, with: .problem("rateLimited", 429, "Retry-After: 10"))
            }
            if call.resource == .challenge { answer.fields = ["Retry-After: 7"] }
        }
        let enroller = try Enroller(server.directory)
        _ = try await enroller.enroll()
        #expect(enroller.pauses.all.prefix(2) == [10, 7])
    }

    /// A mood that ends the order: what the client says of it.
    struct Unbearable: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let certificate: @Sendable (inout CertificateSpec) -> Void
        let spoil: MoodyServer.Spoil
        let isRight: @Sendable (ACMEClientFailure) -> Bool

        init(_ description: String, _ failure: ACMEClientFailure, spoil: @escaping MoodyServer.Spoil) {
            self.init(description, is: { $0 == failure }, spoil: spoil)
        }

        init(
            _ description: String, is isRight: @escaping @Sendable (ACMEClientFailure) -> Bool,
            spoil: @escaping MoodyServer.Spoil
        ) {
            testDescription = description
            certificate = { _ in }
            self.spoil = spoil
            self.isRight = isRight
        }

        init(
            _ description: String, is isRight: @escaping @Sendable (ACMEClientFailure) -> Bool,
            certificate: @escaping @Sendable (inout CertificateSpec) -> Void
        ) {
            testDescription = description
            self.certificate = certificate
            spoil = { _, _ in }
            self.isRight = isRight
        }
    }

    private static func isNotUnderstood(_ failure: ACMEClientFailure) -> Bool {
        if case .notUnderstood = failure { true } else { false }
    }

    private static func isChain(_ words: String) -> @Sendable (ACMEClientFailure) -> Bool {
        { if case .chain(let why) = $0 { why.contains(words) } else { false } }
    }

    private func expect(_ mood: Unbearable, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let server = try await MoodyServer.start(spoil: mood.spoil, certificate: mood.certificate)
        let failure = try await Enroller(server.directory).failure()
        #expect(failure.map(mood.isRight) == true, "\(String(describing: failure))", sourceLocation: sourceLocation)
        // Bounded: no mood makes the client ask for ever.
        #expect(server.calls.count < 450, sourceLocation: sourceLocation)
    }

    private static let strangeMoods: [Unbearable] = [
        Unbearable("a directory of HTML", .contentType(found: "text/html", wanted: "application/json")) {
            answer, call in
            if call.resource == .directory { answer.type = "text/html" }
        },
        Unbearable("a directory that is no JSON", is: isNotUnderstood) { answer, call in
            if call.resource == .directory { answer.body = Array("<html>".utf8) }
        },
        Unbearable("a directory without newOrder", is: isNotUnderstood) { answer, call in
            if call.resource == .directory { answer.json = answer.json.setting("newOrder", nil) }
        },
        Unbearable("a directory that leads to http", is: isNotUnderstood) { answer, call in
            guard call.resource == .directory else { return }
            answer.json = answer.json.setting("newOrder", "http://127.0.0.1/newOrder")
        },
        Unbearable("a redirect of the directory", .redirected(status: 302)) { answer, call in
            guard call.resource == .directory else { return }
            (answer.status, answer.fields) = (302, ["Location: /elsewhere"])
        },
        Unbearable("a redirect of an order", .redirected(status: 307)) { answer, call in
            guard call.resource == .newOrder else { return }
            (answer.status, answer.fields) = (307, ["Location: /elsewhere"])
        },
        Unbearable("no nonce at all", .noNonce) { answer, _ in answer.nonce = nil },
        Unbearable("nonces that are refused for ever", .noncesRefused(times: 200)) { answer, call in
            if call.header != .null { replace(&answer, with: .problem("badNonce", 400)) }
        },
        Unbearable(
            "an order of another content type", is: { $0 == .contentType(found: "", wanted: "application/json") }
        ) {
            answer, call in
            if call.resource == .newOrder { answer.type = "" }
        },
        Unbearable("an account without URL", is: isNotUnderstood) { answer, call in
            if call.resource == .newAccount { answer.fields = [] }
        },
        Unbearable("an order without URL", is: isNotUnderstood) { answer, call in
            if call.resource == .newOrder { answer.fields = [] }
        },
        Unbearable("an order without authorizations", is: isNotUnderstood) { answer, call in
            if call.resource == .newOrder { answer.json = answer.json.setting("authorizations", nil) }
        },
        Unbearable("an order of a status that is none", is: isNotUnderstood) { answer, call in
            if call.resource == .newOrder { answer.json = answer.json.setting("status", "thinking") }
        },
        Unbearable("an order for another name", is: isNotUnderstood) { answer, call in
            guard call.resource == .newOrder else { return }
            answer.json = answer.json.setting("identifiers", [["type": "dns", "value": "other.example.internal"]])
        },
        Unbearable("an authorization for another name", is: isNotUnderstood) { answer, call in
            guard call.resource == .authorization else { return }
            answer.json = answer.json.setting("identifier", ["type": "dns", "value": "other.example.internal"])
        },
        Unbearable("a token that would leave its folder", is: isNotUnderstood) { answer, call in
            guard call.resource == .authorization, let first = answer.json["challenges"]?.array?.first else { return }
            let token = first.setting("token", "../../../etc/passwd-and-some-more")
            answer.json = answer.json.setting("challenges", .array([token]))
        },
        Unbearable("an endless answer", is: { if case .https(_, .bodyTooLarge) = $0 { true } else { false } }) {
            answer, call in
            if call.resource == .newOrder { answer.body = [UInt8](repeating: 0x20, count: 300_000) }
        },
    ]

    @Test(
        "what is no ACME is told as such",
        arguments: strangeMoods)
    func strange(_ mood: Unbearable) async throws { try await expect(mood) }

    private static let futileMoods: [Unbearable] = [
        Unbearable("it is never valid", .notDone("the order", within: 300)) { answer, call in
            if call.resource == .order, call.status != "ready" {
                answer.json = answer.json.setting("status", "processing")
            }
        },
        Unbearable("the proof is never looked at", .notDone("an authorization", within: 300)) { answer, call in
            if call.resource == .authorization { answer.json = answer.json.setting("status", "pending") }
        },
        Unbearable("it wants an hour for a look", .notDone("an authorization", within: 300)) { answer, call in
            if call.resource == .challenge { answer.fields = ["Retry-After: 3600"] }
        },
        Unbearable(
            "it wants to be asked in an hour",
            is: { if case .rateLimited(_, 3600) = $0 { $0.retryAfter == 3600 } else { false } }
        ) { answer, call in
            if call.resource == .newOrder { replace(&answer, with: .problem("rateLimited", 429, "Retry-After: 3600")) }
        },
        Unbearable(
            "it wants less, and does not say when", is: { if case .rateLimited(_, nil) = $0 { true } else { false } }
        ) {
            answer, call in
            if call.resource == .newOrder { replace(&answer, with: .problem("rateLimited", 429)) }
        },
        Unbearable(
            "it refuses the name",
            is: { if case .refused(let problem) = $0 { problem.kind == .rejectedIdentifier } else { false } }
        ) { answer, call in
            if call.resource == .newOrder { replace(&answer, with: .problem("rejectedIdentifier", 403)) }
        },
        Unbearable(
            "the proof is refused",
            is: {
                if case .notAuthorized(_, "invalid", let problem?) = $0 { problem.kind == .connection } else { false }
            }
        ) { answer, call in
            guard call.resource == .authorization, call.before > 0 else { return }
            answer.json = answer.json.setting("status", "invalid").setting(
                "challenges",
                [
                    [
                        "type": "http-01", "status": "invalid", "url": "https://127.0.0.1/challenge/1",
                        "error": ["type": "urn:ietf:params:acme:error:connection", "detail": "nobody there"],
                    ]
                ])
        },
        Unbearable(
            "it takes other proofs",
            is: { if case .noSuchChallenge(_, .http01, offered: ["dns-01"]) = $0 { true } else { false } }
        ) { answer, call in
            guard call.resource == .authorization else { return }
            answer.json = answer.json.setting(
                "challenges", [["type": "dns-01", "status": "pending", "url": "https://127.0.0.1/challenge/1"]])
        },
        Unbearable(
            "the order turns invalid",
            is: { if case .orderInvalid(let problem?) = $0 { problem.kind == .caa } else { false } }
        ) {
            answer, call in
            guard call.resource == .finalize else { return }
            answer.json = answer.json.setting("status", "invalid").setting(
                "error", ["type": "urn:ietf:params:acme:error:caa", "detail": "no"])
        },
    ]

    @Test(
        "an order that comes to nothing ends, and says why",
        arguments: futileMoods)
    func futile(_ mood: Unbearable) async throws { try await expect(mood) }

    private static let wrongMoods: [Unbearable] = [
        Unbearable("for another key", is: { $0 == .anotherKey }, certificate: { $0.subjectPublicKeyInfo = nil }),
        Unbearable(
            "for another name",
            is: { $0 == .otherNames(found: ["dns:other.example.internal"], wanted: ["dns:web.example.internal"]) },
            certificate: { $0.names = [.dns("other.example.internal")] }),
        Unbearable(
            "for one name more", is: { if case .otherNames = $0 { true } else { false } },
            certificate: { $0.names.append(.dns("more.example.internal")) }),
        Unbearable(
            "for a mailbox beside", is: { if case .otherNames = $0 { true } else { false } },
            certificate: { $0.names.append(.mail("ops@example.internal")) }),
        Unbearable(
            "for no name", is: { if case .otherNames(found: [], _) = $0 { true } else { false } },
            certificate: { $0.names = [] }),
        Unbearable("that is over", is: isChain("not valid now"), certificate: { $0.notAfter = noon - 1 }),
        Unbearable("of a day to come", is: isChain("not valid now"), certificate: { $0.notBefore = noon + 3600 }),
        Unbearable(
            "whose signature is broken", is: isChain("does not certify"), certificate: { $0.breaksSignature = true }),
        Unbearable("that is no PEM", is: isChain("no certificate in the text")) { answer, call in
            if call.resource == .certificate { answer.body = Array("hello".utf8) }
        },
        Unbearable("that is no text", is: isChain("no certificate in the text")) { answer, call in
            if call.resource == .certificate { answer.body = [0x30, 0x82, 0xFF, 0xFE] }
        },
        Unbearable("with a key beside it", is: isChain("PRIVATE KEY")) { answer, call in
            guard call.resource == .certificate else { return }
            answer.body += Array(PEM.render(label: "PRIVATE KEY", [0x30, 0x00]).utf8)
        },
        Unbearable("in a chain of eleven", is: isChain("at most 10")) { answer, call in
            guard call.resource == .certificate,
                let chain = try? CertificateBundle(pem: String(decoding: answer.body, as: UTF8.self))
            else { return }
            let many = chain.certificates + [Certificate](repeating: chain.certificates[1], count: 9)
            answer.body = Array(CertificateBundle(many).pem.utf8)
        },
        Unbearable("in a chain of strangers", is: isChain("does not certify")) { answer, call in
            guard call.resource == .certificate,
                let leaf = try? CertificateBundle(pem: String(decoding: answer.body, as: UTF8.self)).certificates.first
            else { return }
            answer.body = Array(CertificateBundle([leaf, TestPKI.goodChain().anchor]).pem.utf8)
        },
        Unbearable(
            "sent as something else",
            is: { $0 == .contentType(found: "application/json", wanted: "application/pem-certificate-chain") }
        ) { answer, call in
            if call.resource == .certificate { answer.type = "application/json" }
        },
    ]

    @Test(
        "a certificate that is not the one asked for is not taken",
        arguments: wrongMoods)
    func wrongCertificate(_ mood: Unbearable) async throws { try await expect(mood) }

    @Test("a SPIFFE ID beside the names asked for is who the server knows this end as, and no other name")
    func spiffe() async throws {
        let server = try await MoodyServer.start(certificate: { $0.names.append(.uri("spiffe://example.internal/web")) }
        )
        #expect(try await Enroller(server.directory).enroll().count == 2)
    }

    @Test("a server that another authority vouches for, or for another host, hears nothing")
    func stranger() async throws {
        var pki = TestPKI.goodChain()
        pki.root.use(TestKeys.key("another root"))
        let server = try await MoodyServer.start(pki)
        let failure = try await Enroller(server.directory).failure()
        #expect(Self.isStranger(failure))
        #expect(server.calls.isEmpty)

        let honest = try await MoodyServer.start()
        let other = honest.directory.replacing("127.0.0.1", with: "localhost")
        let misnamed = try await Enroller(other).failure()
        #expect(Self.isStranger(misnamed))
        #expect(honest.calls.isEmpty)
    }

    private static func isStranger(_ failure: ACMEClientFailure?) -> Bool {
        if case .https(_, .serverNotProved)? = failure { true } else { false }
    }
}
