import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("Renewal, and the way back for who has lapsed, over HTTP")
struct RenewalRoutesTests {
    private let clock = ManualClock(Date())

    private func serve(_ policy: RenewalPolicy = RenewalPolicy(), bodyBytes: Int = 64 * 1024) async throws
        -> ServedAuthority
    {
        var limits = ServerLimits()
        limits.bodyBytes = bodyBytes
        return try await .start(limits: limits, renewal: policy, clock: { [clock] in clock.now })
    }

    private static func request(for holder: ServedAuthority.Person) throws -> CertificateRequest {
        let leaf = holder.chain[0]
        let names = try (leaf.extensions.subjectAlternativeNames ?? []).compactMap { try $0.subjectName() }
        return try CertificateRequest.make(subject: leaf.subject, names: names, key: .make(.p256))
    }

    private func post(
        _ served: ServedAuthority, _ path: String, _ body: [UInt8], as person: ServedAuthority.Person? = nil
    ) async throws -> HTTPSResponse {
        try await served.client(person).send(
            .init(.post, path, fields: [.init("content-type", "application/json")], body: body))
    }

    private func nonce(_ served: ServedAuthority) async throws -> String {
        let answer = try await post(served, LapsedRenewal.noncePath, [])
        #expect(answer.status == 201)
        #expect(answer.field("cache-control") == "no-store")
        return try #require(try JSONReader.parse(answer.body)["nonce"]?.string)
    }

    /// What an honest holder sends, with whatever the test spoils.
    private func comeBack(
        _ served: ServedAuthority, _ holder: ServedAuthority.Person, nonce: String? = nil,
        signedBy key: SigningKey? = nil,
        spoil: (inout LapsedRenewal) throws -> Void = { _ in }
    ) async throws -> HTTPSResponse {
        let nonce = if let nonce { nonce } else { try await self.nonce(served) }
        let request = try Self.request(for: holder)
        let signature = try LapsedStatement.sign(
            certificate: holder.chain[0], request: request, nonce: try Base64URL.decode(nonce), with: key ?? holder.key)
        var question = LapsedRenewal(
            certificate: holder.chain[0].pem, request: request.pem, nonce: nonce,
            signature: Base64URL.encode(signature))
        try spoil(&question)
        return try await post(served, LapsedRenewal.path, question.json)
    }

    private func kind(_ answer: HTTPSResponse) throws -> String? {
        try JSONReader.parse(answer.body)["type"]?.string?.replacing("urn:symbolon:problem:", with: "")
    }

    @Test("201 with a certificate for who has lapsed, and no cache keeps it; 401 for the same nonce once more")
    func back() async throws {
        let served = try await serve()
        let holder = try await served.person("laptop", profile: .client, life: .seconds(600))
        clock.advance(by: 700)
        let nonce = try await nonce(served)
        let answer = try await comeBack(served, holder, nonce: nonce)
        try #require(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        #expect(answer.field("content-type") == "application/json")
        #expect(answer.field("cache-control") == "no-store")
        let report = try RenewCertificate.answer(answer.body)
        #expect(try CertificateBundle(pem: report.chain).certificates[0].subject == holder.chain[0].subject)
        let again = try await comeBack(served, holder, nonce: nonce)
        #expect(again.status == 401)
        #expect(again.field("content-type") == "application/problem+json")
        #expect(try kind(again) == "unauthenticated")
    }

    @Test("403 while it lives, once it is revoked, after the days that are given, and for a person")
    func forbidden() async throws {
        let served = try await serve(RenewalPolicy(lapsed: .seconds(1000)))
        let holder = try await served.person("laptop", profile: .client, life: .seconds(600))
        let revoked = try await served.person("gone", profile: .client, life: .seconds(600))
        let alice = try await served.person("alice", .viewer, life: .seconds(600))
        #expect(try await comeBack(served, holder).status == 403)
        _ = try await served.authority.revoke(revoked.chain[0].serialNumber, reason: .superseded, actor: "test")
        clock.advance(by: 700)
        #expect(try await comeBack(served, revoked).status == 403)
        #expect(try await comeBack(served, alice).status == 403)
        clock.advance(by: 1000)
        #expect(try await comeBack(served, holder).status == 403)
        // The honest twin, at the last moment.
        clock.set(holder.chain[0].notAfter + 1000)
        #expect(try await comeBack(served, holder).status == 201)
    }

    @Test("401 for another's signature and for another's nonce, 422 for other names, 400 for what is not readable")
    func spoiled() async throws {
        let (served, other) = (try await serve(), try await serve())
        let holder = try await served.person("laptop", profile: .client, life: .seconds(600))
        let neighbour = try await served.person("neighbour", profile: .client, life: .seconds(600))
        clock.advance(by: 700)
        #expect(try await comeBack(served, holder, signedBy: .make(.p256)).status == 401)
        #expect(try await comeBack(served, holder, nonce: nonce(other)).status == 401)
        let request = try Self.request(for: neighbour).pem
        #expect(
            try await comeBack(served, holder) {
                $0 = LapsedRenewal(
                    certificate: $0.certificate, request: request, nonce: $0.nonce, signature: $0.signature)
            }.status == 401)
        let nonce = try await nonce(served)
        let signature = try LapsedStatement.sign(
            certificate: holder.chain[0], request: CertificateRequest(pem: request), nonce: Base64URL.decode(nonce),
            with: holder.key)
        let names = try await post(
            served, LapsedRenewal.path,
            LapsedRenewal(
                certificate: holder.chain[0].pem, request: request, nonce: nonce,
                signature: Base64URL.encode(signature)
            ).json)
        #expect(names.status == 422)
        #expect(try kind(names) == "refused")
        for body in [
            "", "{", "[]", "{}", #"{"certificate":"a","request":"a","nonce":"a","signature":"a","more":"a"}"#,
            #"{"certificate":"a","request":"a","nonce":"a","signature":1}"#,
            #"{"certificate":"a","certificate":"a","nonce":"a","signature":"a"}"#,
            String(repeating: "[", count: 30_000),
        ] {
            let answer = try await post(served, LapsedRenewal.path, Array(body.utf8))
            #expect(answer.status == 400, "\(body.prefix(80))")
            #expect(try kind(answer) == "malformed")
        }
        for spoil: (LapsedRenewal) -> LapsedRenewal in [
            { LapsedRenewal(certificate: "no", request: $0.request, nonce: $0.nonce, signature: $0.signature) },
            { LapsedRenewal(certificate: $0.certificate, request: "no", nonce: $0.nonce, signature: $0.signature) },
            { LapsedRenewal(certificate: $0.certificate, request: $0.request, nonce: "+/", signature: $0.signature) },
            { LapsedRenewal(certificate: $0.certificate, request: $0.request, nonce: $0.nonce, signature: "=") },
        ] {
            #expect(try await comeBack(served, holder) { $0 = spoil($0) }.status == 400)
        }
        #expect(try await comeBack(served, holder).status == 201)
    }

    @Test("413 for more than a body may have, 404 or 405 for another method, and the desk is not asked")
    func bounds() async throws {
        let served = try await serve(bodyBytes: 4_000)
        for path in [LapsedRenewal.path, LapsedRenewal.noncePath] {
            #expect(try await post(served, path, [UInt8](repeating: 0x20, count: 4_001)).status == 413)
            for method in [HTTPSRequest.Method.get, .put, .delete] {
                #expect([404, 405].contains(try await served.client(nil).send(.init(method, path)).status))
            }
        }
    }

    @Test("429 with Retry-After when more come back at once than are admitted; all are served in the end")
    func herd() async throws {
        let served = try await serve(RenewalPolicy(rate: 1))
        var holders: [ServedAuthority.Person] = []
        for number in 0..<6 {
            holders.append(try await served.person("laptop\(number)", profile: .client, life: .seconds(600)))
        }
        clock.advance(by: 700)
        var waiting = holders
        var deferred = 0
        for _ in 0..<20 where !waiting.isEmpty {
            var next: [ServedAuthority.Person] = []
            for holder in waiting {
                let answer = try await comeBack(served, holder)
                if answer.status == 201 { continue }
                #expect(answer.status == 429)
                #expect(try kind(answer) == "tooMany")
                #expect(try #require(answer.field("retry-after").flatMap(Int.init)) > 0)
                deferred += 1
                next.append(holder)
            }
            waiting = next
            clock.advance(by: 2)
        }
        #expect(waiting.isEmpty)
        #expect(deferred > 0)
    }

    @Test("the page of metrics says what became of renewals, and how many wait, as long as they are expected")
    func measured() async throws {
        let served = try await serve(RenewalPolicy(rate: 1))
        func page() async throws -> [String] {
            let answer = try await served.client(nil).send(.init(.get, "/metrics"))
            return String(decoding: answer.body, as: UTF8.self).split(separator: "\n").map(String.init)
                .filter { $0.hasPrefix("symbolon_renewals_") }
        }
        func expected(renewed: Int, refused: Int, deferred: Int, waiting: Int) -> [String] {
            [
                "symbolon_renewals_total{outcome=\"deferred\"} \(deferred)",
                "symbolon_renewals_total{outcome=\"refused\"} \(refused)",
                "symbolon_renewals_total{outcome=\"renewed\"} \(renewed)", "symbolon_renewals_waiting \(waiting)",
            ]
        }
        #expect(try await page() == expected(renewed: 0, refused: 0, deferred: 0, waiting: 0))
        var holders: [ServedAuthority.Person] = []
        for number in 0..<6 {
            holders.append(try await served.person("laptop\(number)", profile: .client, life: .seconds(600)))
        }
        let person = try await served.person("alice", life: .seconds(600))
        clock.advance(by: 700)
        #expect(try await comeBack(served, person).status == 403)
        // Four at once, by what has gathered.
        for holder in holders { _ = try await comeBack(served, holder) }
        #expect(try await page() == expected(renewed: 4, refused: 1, deferred: 2, waiting: 2))
        clock.advance(by: 3)
        #expect(try await comeBack(served, holders[4]).status == 201)
        #expect(try await page() == expected(renewed: 5, refused: 1, deferred: 2, waiting: 1))
        clock.advance(by: 60)
        #expect(try await page() == expected(renewed: 5, refused: 1, deferred: 2, waiting: 0))
    }

    @Test("over a connection that a living certificate proves: 201; 401 without one, 422 for another's names")
    func living() async throws {
        let served = try await serve()
        let holder = try await served.person("laptop", profile: .client)
        let neighbour = try await served.person("neighbour", profile: .client)
        func ask(_ request: CertificateRequest) -> [UInt8] {
            JSONValue.object([JSONMember("request", .string(request.pem))]).bytes
        }
        let path = "/api/v1/renewals"
        let own = try Self.request(for: holder)
        #expect(try await post(served, path, ask(own)).status == 401)
        #expect(try await post(served, path, ask(try Self.request(for: neighbour)), as: holder).status == 422)
        #expect(try await post(served, path, Array("{}".utf8), as: holder).status == 400)
        let answer = try await post(served, path, ask(own), as: holder)
        #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
        // The certificate that it replaces holds still, until its end or its revocation.
        _ = try await served.authority.revoke(holder.chain[0].serialNumber, reason: .superseded, actor: "test")
        let revoked = try await post(served, path, ask(try Self.request(for: holder)), as: holder)
        #expect(revoked.status == 403)
    }
}
