import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Testing

@testable import SymbolonAuthority

@Suite("RFC 6960 §4.2.2.2: certificates of an issuing authority that another took the place of are answered for")
struct FormerIssuerAnswersTests {
    private let dynasty: Dynasty
    private let responder: Responder
    private let first: Issuer
    private let old: IssuedCertificate

    init() async throws {
        dynasty = try await Dynasty()
        first = try #require(dynasty.store.snapshot.issuers.last)
        responder = try #require(Responder(dynasty.authority, store: dynasty.store))
        try await responder.follow()
        old = try await dynasty.issue("old")
    }

    private func replaceIssuer() async throws -> Issuer {
        let next = try #require(try await dynasty.succession.prepare(.issuing, actor: "alice").last)
        return try await dynasty.succession.activate(next.name, evenSo: true, actor: "alice")
    }

    private func question(
        _ issued: IssuedCertificate, from issuer: Issuer, nonce: StatusNonce? = nil
    ) throws -> StatusQuestion {
        try #require(StatusQuestion(about: issued.serialNumber, from: issuer.certificate, nonce: nonce))
    }

    /// As a verifier judges it that knows the path alone.
    private func status(
        of issued: IssuedCertificate, from issuer: Issuer, nonce: StatusNonce? = nil
    ) async throws -> RevocationStatus {
        let question = try question(issued, from: issuer, nonce: nonce)
        let reply = try await responder.replyAskingStore(to: question.der)
        let answer = try StatusAnswer(der: #require(reply.answer).der, to: question)
        return RevocationSources(answers: [answer]).status(
            of: issued.certificate, under: IssuerPath(authorities: [issuer.certificate, dynasty.authority.root]),
            at: dynasty.clock.now)
    }

    private func isGood(_ status: RevocationStatus) -> Bool { if case .good = status { true } else { false } }

    @Test("good, and revoked after the change, by delegates of their own, with a nonce and without")
    func both() async throws {
        let next = try await replaceIssuer()
        try await responder.follow()
        #expect(responder.issuerKeys == [next.key, first.key])
        let new = try await dynasty.issue("new")
        for nonce in [nil, StatusNonce.make()] {
            #expect(isGood(try await status(of: old, from: first, nonce: nonce)))
            #expect(isGood(try await status(of: new, from: next, nonce: nonce)))
            // The twin: neither speaks for the other's certificates.
            #expect(!isGood(try await status(of: old, from: next, nonce: nonce)))
        }
        _ = try await dynasty.authority.revoke(old.serialNumber, reason: .keyCompromise, actor: "alice")
        try await responder.follow()
        #expect(try await status(of: old, from: first) == .revoked(.keyCompromise, since: noon))
        #expect(isGood(try await status(of: new, from: next)))
        // What an end or the authority's own server staples.
        let stapled = try #require(try await responder.answer(about: old.certificate))
        #expect(try StatusAnswer(der: stapled.der).nextUpdate == stapled.nextUpdate)
        #expect(!responder.standing.isLate)
    }

    @Test("a node that starts after the change has a delegate below each")
    func startedLater() async throws {
        let next = try await replaceIssuer()
        let later = try #require(Responder(dynasty.authority, store: dynasty.store))
        try await later.follow()
        #expect(later.issuerKeys == [next.key, first.key])
        let question = try question(old, from: first)
        let answer = try #require(try await later.replyAskingStore(to: question.der).answer)
        let status = RevocationSources(answers: [try StatusAnswer(der: answer.der, to: question)]).status(
            of: old.certificate, under: IssuerPath(authorities: [first.certificate, dynasty.authority.root]),
            at: dynasty.clock.now)
        #expect(isGood(status))
        let delegates = dynasty.store.snapshot.records.values.filter { $0.intent.profile == "responder" }
        #expect(Set(delegates.map(\.intent.issuerKey)) == [first.key, next.key])
    }

    @Test("a question about certificates of both is nobody's to answer")
    func mixed() async throws {
        let next = try await replaceIssuer()
        try await responder.follow()
        let new = try await dynasty.issue("new")
        let one = try question(old, from: first).der
        let other = try question(new, from: next).der
        // Request ::= SEQUENCE { … }: each stands alone behind three headers of two octets.
        func entry(_ der: [UInt8]) -> [UInt8] { Array(der[6...]) }
        func list(_ entries: [[UInt8]]) -> [UInt8] {
            func sequence(_ content: [UInt8]) -> [UInt8] {
                content.count < 128
                    ? [0x30, UInt8(content.count)] + content
                    : [0x30, 0x81, UInt8(content.count)] + content
            }
            return sequence(sequence(sequence(entries.flatMap(\.self))))
        }
        #expect(list([entry(one)]) == one)
        #expect(try await responder.replyAskingStore(to: list([entry(one), entry(other)])).refusal == .unauthorized)
        // The twin.
        #expect(try await responder.replyAskingStore(to: list([entry(one), entry(one)])).answer != nil)
    }

    @Test("until the last of them has ended; its delegate does not keep it alive")
    func ended() async throws {
        let next = try await replaceIssuer()
        try await responder.follow()
        dynasty.clock.set(old.certificate.notAfter)
        try await responder.follow()
        #expect(responder.issuerKeys == [next.key, first.key])
        dynasty.clock.set(old.certificate.notAfter + 61)
        try await responder.follow()
        #expect(responder.issuerKeys == [next.key])
        let question = try question(old, from: first)
        #expect(try await responder.replyAskingStore(to: question.der).refusal == .unauthorized)
    }

    @Test("where its key is not, nobody answers for it; the active one is answered for")
    func keyAway() async throws {
        let next = try await replaceIssuer()
        dynasty.keys.take(away: first.key)
        let later = try #require(Responder(dynasty.authority, store: dynasty.store))
        try await later.follow()
        #expect(later.issuerKeys == [next.key])
        #expect(!later.standing.isLate)
        let question = try question(old, from: first)
        #expect(try await later.replyAskingStore(to: question.der).refusal == .unauthorized)
        // The twin: it is brought back.
        dynasty.keys.bring(back: first.key)
        dynasty.clock.set(noon + 61)
        try await later.follow()
        #expect(later.issuerKeys == [next.key, first.key])
    }

    @Test("what is retired is not answered for: its root took it back")
    func retired() async throws {
        let next = try await replaceIssuer()
        try await responder.follow()
        _ = try await dynasty.succession.retire(first.name, evenSo: true, actor: "alice")
        try await responder.follow()
        #expect(responder.issuerKeys == [next.key])
    }
}
