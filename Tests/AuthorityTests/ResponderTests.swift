import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

/// A house with a responder, and a client that believes only what a verifier would.
struct AnsweringHouse {
    let house: House
    let responder: Responder

    init(schedule: AnswerSchedule = AnswerSchedule()) async throws {
        house = try await House()
        _ = try await house.authority.publish(at: PublicationAddress("http://pki.example"), actor: "operator")
        responder = try #require(Responder(house.authority, store: house.store, schedule: schedule))
        try await responder.follow()
    }

    func issue(_ name: String, life: Duration? = nil) async throws -> IssuedCertificate {
        try await house.authority.issue(.example(name: name, life: life))
    }

    func question(
        about serialNumber: SerialNumber, nonce: StatusNonce? = nil, from issuer: Certificate? = nil,
        namedBy digest: StatusQuestion.IssuerDigest = .sha1
    ) throws -> StatusQuestion {
        try #require(
            StatusQuestion(
                about: serialNumber, from: issuer ?? house.authority.issuing, namedBy: digest, nonce: nonce))
    }

    /// As the server asks: at once, and else with the store.
    func reply(to question: StatusQuestion) async throws -> ResponderReply {
        if let reply = responder.reply(to: question.der) { return reply }
        return try await responder.replyAskingStore(to: question.der)
    }

    func status(of issued: IssuedCertificate, by der: [UInt8], to question: StatusQuestion? = nil) throws
        -> RevocationStatus
    {
        RevocationSources(answers: [try StatusAnswer(der: der, to: question)]).status(
            of: issued.certificate, under: IssuerPath(authorities: [house.authority.issuing, house.authority.root]),
            at: house.clock.now)
    }

    func status(of issued: IssuedCertificate, nonce: StatusNonce? = nil) async throws -> RevocationStatus {
        let question = try question(about: issued.serialNumber, nonce: nonce)
        return try status(of: issued, by: #require(try await reply(to: question).answer?.der), to: question)
    }
}

extension ResponderReply {
    var answer: SignedAnswer? {
        switch self {
        case .kept(let answer), .made(let answer): answer
        case .refused: nil
        }
    }

    var refusal: AnswerRefusal? { if case .refused(let refusal) = self { refusal } else { nil } }
    var isKept: Bool { if case .kept = self { true } else { false } }
}

@Suite("RFC 6960 §2: what the responder says of a certificate")
struct ResponderTests {
    private let life = AnswerSchedule().life.wholeSeconds

    @Test("good, revoked, held, released, raised and ended: each as it is, with a nonce and without")
    func standings() async throws {
        let one = try await AnsweringHouse()
        let issued = try await one.issue("web")
        let good = RevocationStatus.good(thisUpdate: noon, nextUpdate: noon + life)
        func expect(_ expected: RevocationStatus, _ what: Comment) async throws {
            try await one.responder.follow()
            #expect(try await one.status(of: issued) == expected, what)
            #expect(try await one.status(of: issued, nonce: .make()) == expected, what)
            // Again: now it is kept.
            #expect(try await one.status(of: issued) == expected, what)
            #expect(try await one.status(of: issued, nonce: .make()) == expected, what)
        }
        try await expect(good, "good")
        _ = try await one.house.authority.revoke(issued.serialNumber, reason: .certificateHold, actor: "operator")
        try await expect(.revoked(.certificateHold, since: noon), "held")
        try await one.house.authority.release(issued.serialNumber, actor: "operator")
        try await expect(good, "released")
        _ = try await one.house.authority.revoke(issued.serialNumber, reason: .superseded, actor: "operator")
        try await expect(.revoked(.superseded, since: noon), "revoked")
        _ = try await one.house.authority.revoke(
            issued.serialNumber, reason: .keyCompromise, reach: .raising, actor: "operator")
        try await expect(.revoked(.keyCompromise, since: noon), "raised")
        one.house.clock.set(issued.certificate.notAfter + 1)
        try await expect(.revoked(.keyCompromise, since: noon), "ended")
    }

    @Test("R06: a serial number that was never issued, or only intended, is unknown, and is not kept")
    func unknown() async throws {
        let one = try await AnsweringHouse()
        let issued = try await one.issue("web")
        for last in 0..<3 {
            let serialNumber = try SerialNumber(magnitude: [UInt8(0x40 + last)] + [UInt8](repeating: 1, count: 19))
            let question = try one.question(about: serialNumber)
            let reply = try await one.reply(to: question)
            #expect(!reply.isKept)
            #expect(try #require(reply.answer).der.count > 100)
            #expect(try one.status(of: issued, by: #require(reply.answer).der) == .unknown(.noSource))
        }
        #expect(one.responder.standing.kept == 0)
        let broken = try await House(faults: { store in
            IssuanceFaults(reach: { if $0 == .intentRecorded { store.fail(.complete, with: .full("disk")) } })
        })
        _ = try? await broken.authority.issue(.example(name: "web"))
        let intended = try #require(broken.store.snapshot.records.keys.first)
        #expect(try await broken.store.standing(of: intended, from: broken.authority.key)?.standing == .unknown)
    }

    @Test("R06: another issuer's certificates are none of its business, and cost it no signature")
    func otherIssuer() async throws {
        let one = try await AnsweringHouse()
        let issued = try await one.issue("web")
        let question = try one.question(about: issued.serialNumber, from: one.house.authority.root)
        #expect(try await one.reply(to: question).refusal == .unauthorized)
        #expect(try await one.responder.replyAskingStore(to: question.der).refusal == .unauthorized)
    }

    @Test("R04: nonces of 0 and 129 octets are malformed, as is everything that is no question", arguments: [0, 129])
    func malformed(_ length: Int) async throws {
        let one = try await AnsweringHouse()
        let issued = try await one.issue("web")
        let good = try one.question(
            about: issued.serialNumber, nonce: StatusNonce(bytes: [UInt8](repeating: 7, count: 33)))
        #expect(try await one.reply(to: good).answer != nil)
        var der = try Self.withNonce(of: length, good.der)
        #expect(one.responder.reply(to: der)?.refusal == .malformedRequest)
        #expect(try await one.responder.replyAskingStore(to: der).refusal == .malformedRequest)
        der = Array(good.der.dropLast())
        #expect(one.responder.reply(to: der)?.refusal == .malformedRequest)
        #expect(one.responder.reply(to: [])?.refusal == .malformedRequest)
    }

    /// The same question with a nonce of another length.
    private static func withNonce(of length: Int, _ der: [UInt8]) throws -> [UInt8] {
        var reader = DERReader(der)
        var inside = try reader.enter(.sequence)
        var tbs = try inside.enter(.sequence)
        let list = try tbs.next(.sequence)
        let nonce = Extension(
            .ocspNonce, isCritical: false,
            value: DERWriter.element(.octetString, [UInt8](repeating: 7, count: length)))
        return DERWriter.sequence(
            DERWriter.sequence(
                Array(der[list.encoding]),
                DERWriter.element(
                    .context(2, isConstructed: true), DERWriter.sequence(DERWriter.extension(nonce)))))
    }

    @Test("several certificates in one question are answered in one")
    func several() async throws {
        let one = try await AnsweringHouse()
        let (web, mail) = (try await one.issue("web"), try await one.issue("mail"))
        _ = try await one.house.authority.revoke(mail.serialNumber, reason: .superseded, actor: "operator")
        try await one.responder.follow()
        let digests = try #require(IssuerDigests(one.house.authority.issuing))
        let serials = [web.serialNumber, mail.serialNumber, try SerialNumber(magnitude: [0x41])]
        let requests = serials.flatMap { DERWriter.sequence(digests.identifier(of: $0, by: .sha256).derBytes) }
        let der = DERWriter.sequence(DERWriter.sequence(DERWriter.element(.sequence, requests)))
        let reply = try await one.responder.replyAskingStore(to: der)
        let answer = try #require(reply.answer).der
        #expect(!reply.isKept)
        #expect(try StatusAnswer(der: answer).count == 3)
        #expect(try one.status(of: web, by: answer) == .good(thisUpdate: noon, nextUpdate: noon + life))
        #expect(try one.status(of: mail, by: answer) == .revoked(.superseded, since: noon))
    }

    @Test(
        "R05: its certificate is a delegate's and nothing else, linted and in the record, and no operator can ask for one"
    )
    func delegate() async throws {
        let one = try await AnsweringHouse()
        let issued = try await one.issue("web")
        let records = one.house.store.snapshot.records.values.filter { $0.intent.profile == "responder" }
        let record = try #require(records.first)
        #expect(records.count == 1)
        #expect(record.intent.identity == "spiffe://example.internal/authority/responder")
        let certificate = try Certificate(der: #require(record.certificate))
        #expect(certificate.extensions.extendedKeyUsage?.purposes == [.ocspSigning])
        #expect(certificate.extensions.keyUsage == .digitalSignature)
        #expect(certificate.extensions[.ocspNoCheck]?.value == [5, 0])
        #expect(try DistributionPoint.addresses(in: certificate) == nil)
        #expect(try ResponderAddress.all(of: certificate) == [])
        #expect(certificate.notAfter == noon + 7 * .day)
        guard case .intact = one.house.verdict() else {
            Issue.record("the record is not intact")
            return
        }
        await #expect(throws: IssuanceFailure.profileIsNotForLeaves(.responder)) {
            try await one.house.authority.issue(.example(.responder, name: "authority/responder"))
        }
        await #expect(throws: IssuanceFailure.self) {
            try await one.house.authority.issue(.example(.service, name: "authority/responder"))
        }
        // A leaf signs answers that nobody believes: the twin of every answer above.
        let signer = try #require(AnswerSigner(issued.certificate, key: TestKeys.key("leaf")))
        let identifier = try #require(IssuerDigests(one.house.authority.issuing)).identifier(
            of: issued.serialNumber, by: .sha1)
        let forged = try signer.sign(
            AnswerTemplate(
                responderKeyHash: signer.keyHash, producedAt: noon,
                statuses: [.init(identifier, .good, thisUpdate: noon, nextUpdate: noon + 60)]))
        #expect(try one.status(of: issued, by: forged.der) == .unknown(.answerUnusable(.responderNotAuthorized)))
    }

    @Test("the lint finds a responder's certificate that is more or less than that")
    func lint() async throws {
        let one = try await AnsweringHouse()
        let record = try #require(one.house.store.snapshot.records.values.first { $0.intent.profile == "responder" })
        func rules(_ profile: CertificateProfile) -> [LintRule] {
            Lint.check(
                tbs: record.intent.tbs, against: profile, issuer: one.house.authority.issuer,
                configuration: one.house.authority.configuration
            ).map(\.rule)
        }
        #expect(rules(.responder) == [])
        #expect(
            rules(.service) == [
                .extendedKeyUsage, .distributionPoints, .authorityInformationAccess, .ocspNoCheck, .identity,
            ])
        let web = try await one.issue("web")
        let leaf = try #require(one.house.store.snapshot.records[web.serialNumber])
        #expect(
            Lint.check(
                tbs: leaf.intent.tbs, against: .responder, issuer: one.house.authority.issuer,
                configuration: one.house.authority.configuration
            ).map(\.rule) == [
                .extendedKeyUsage, .distributionPoints, .authorityInformationAccess, .ocspNoCheck, .identity,
            ])
    }
}
