import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Synchronization
import Testing

@testable import SymbolonAuthority

@Suite("RFC 9919 §3.2: answers are signed ahead and kept, and never longer than they are true")
struct ResponderKeepingTests {
    @Test("who asks the same gets the same answer, each digest its own, and who has a nonce gets one alone")
    func kept() async throws {
        let one = try await AnsweringHouse()
        let issued = try await one.issue("web")
        let question = try one.question(about: issued.serialNumber)
        #expect(one.responder.reply(to: question.der) == nil)
        let first = try await one.reply(to: question)
        #expect(first.isKept)
        // At once from now on.
        #expect(one.responder.reply(to: question.der)?.answer?.der == first.answer?.der)
        let other = try await one.reply(to: one.question(about: issued.serialNumber, namedBy: .sha256))
        #expect(other.isKept)
        #expect(other.answer?.tag != first.answer?.tag)
        #expect(one.responder.standing.kept == 2)
        let nonce = try one.question(about: issued.serialNumber, nonce: .make())
        let made = try #require(one.responder.reply(to: nonce.der))
        #expect(!made.isKept)
        #expect(try one.status(of: issued, by: #require(made.answer).der, to: nonce) != .unknown(.noSource))
        #expect(one.responder.reply(to: question.der)?.answer?.tag == first.answer?.tag)
    }

    @Test("it is signed anew in the second half of its life, without asking the store, and kept again")
    func halfLife() async throws {
        let one = try await AnsweringHouse(schedule: AnswerSchedule(life: .seconds(600), patience: .seconds(1200)))
        let issued = try await one.issue("web")
        let question = try one.question(about: issued.serialNumber)
        let first = try #require(try await one.reply(to: question).answer)
        #expect((first.thisUpdate, first.nextUpdate) == (noon, noon + 600))
        // Something else changed meanwhile.
        let other = try await one.issue("mail")
        _ = try await one.house.authority.revoke(other.serialNumber, reason: .superseded, actor: "operator")
        try await one.responder.follow()
        one.house.clock.set(noon + 299)
        #expect(one.responder.reply(to: question.der)?.answer?.tag == first.tag)
        one.house.clock.set(noon + 300)
        let second = try #require(one.responder.reply(to: question.der)?.answer)
        #expect((second.thisUpdate, second.nextUpdate) == (noon + 300, noon + 900))
        #expect(one.responder.reply(to: question.der)?.answer?.tag == second.tag)
        // A clock that went back: nothing is said to be true later than now.
        one.house.clock.set(noon + 100)
        #expect(one.responder.reply(to: question.der)?.answer?.thisUpdate == noon + 100)
    }

    @Test("R04: after a revocation that this node has seen nobody gets the old answer, whichever node made it")
    func revoked() async throws {
        let one = try await AnsweringHouse()
        let another = try #require(Responder(one.house.authority, store: one.house.store))
        try await another.follow()
        let issued = try await one.issue("web")
        // An answer is kept for each way to name the issuer.
        let questions = [
            try one.question(about: issued.serialNumber, namedBy: .sha1),
            try one.question(about: issued.serialNumber, namedBy: .sha256),
        ]
        let old = try #require(try await one.reply(to: questions[0]).answer)
        for question in questions {
            _ = try await one.reply(to: question)
            _ = try await another.replyAskingStore(to: question.der)
        }
        _ = try await one.house.authority.revoke(issued.serialNumber, reason: .keyCompromise, actor: "operator")
        for responder in [one.responder, another] {
            for question in questions { #expect(responder.reply(to: question.der)?.answer != nil) }
            try await responder.follow()
            for question in questions {
                #expect(responder.reply(to: question.der) == nil)
                let new = try #require(try await responder.replyAskingStore(to: question.der).answer)
                #expect(try one.status(of: issued, by: new.der) == .revoked(.keyCompromise, since: noon))
            }
        }
        // What was signed before is still what it was: a nonce is how a client makes sure.
        guard case .good = try one.status(of: issued, by: old.der) else {
            Issue.record("the old answer changed")
            return
        }
    }

    /// A store that is asked, and meanwhile something happens.
    private final class OvertakenStore: RevocationAnswerStore {
        let store: InMemoryStore
        private let meanwhile = Mutex<(@Sendable () async throws -> Void)?>(nil)

        init(_ store: InMemoryStore) { self.store = store }

        func once(_ body: @escaping @Sendable () async throws -> Void) { meanwhile.withLock { $0 = body } }

        func standing(
            of serialNumber: SerialNumber, from issuer: KeyFingerprint
        ) async throws(StoreFailure) -> AnsweredCertificate? {
            let found = try await store.standing(of: serialNumber, from: issuer)
            let body = meanwhile.withLock { $0.take() }
            try? await body?()
            return found
        }

        func changes(
            of issuer: KeyFingerprint, after changeCounter: UInt64, atMost limit: Int
        ) async throws(StoreFailure) -> AnswerChanges {
            try await store.changes(of: issuer, after: changeCounter, atMost: limit)
        }

        func lives(below issuer: KeyFingerprint, at now: Date) async throws(StoreFailure) -> Bool {
            try await store.lives(below: issuer, at: now)
        }
    }

    @Test("R04: what was found before a revocation is neither kept nor said after it")
    func overtaken() async throws {
        let one = try await AnsweringHouse()
        let store = OvertakenStore(one.house.store)
        let responder = try #require(Responder(one.house.authority, store: store))
        try await responder.follow()
        let issued = try await one.issue("web")
        let authority = one.house.authority
        store.once {
            _ = try await authority.revoke(issued.serialNumber, reason: .keyCompromise, actor: "operator")
            try await responder.follow()
        }
        let question = try one.question(about: issued.serialNumber)
        let answer = try #require(try await responder.replyAskingStore(to: question.der).answer)
        #expect(try one.status(of: issued, by: answer.der) == .revoked(.keyCompromise, since: noon))
        #expect(responder.reply(to: question.der)?.answer?.tag == answer.tag)
    }

    @Test("many changes at once are all taken up")
    func many() async throws {
        let one = try await AnsweringHouse()
        let issued = try await one.issue("web")
        let question = try one.question(about: issued.serialNumber)
        _ = try await one.reply(to: question)
        #expect(try await one.house.store.changes(of: one.house.authority.key, after: 0, atMost: 0).changed == [])
        let other = try await one.issue("mail")
        _ = try await one.house.authority.revoke(other.serialNumber, reason: .superseded, actor: "operator")
        let changes = try await one.house.store.changes(of: one.house.authority.key, after: 0, atMost: 0)
        #expect(changes == AnswerChanges(changed: nil, changeCounter: 1))
        try await one.responder.follow()
        #expect(one.responder.reply(to: question.der)?.answer != nil)
    }

    @Test("what nobody asks for is forgotten first, and never more than the bound is kept")
    func bounded() async throws {
        let one = try await AnsweringHouse(schedule: AnswerSchedule(mostKept: 32))
        let favourite = try await one.issue("favourite")
        let question = try one.question(about: favourite.serialNumber)
        for number in 0..<60 {
            let issued = try await one.issue("web\(number)")
            _ = try await one.status(of: issued)
            #expect(number == 0 || one.responder.reply(to: question.der) != nil)
            _ = try await one.reply(to: question)
        }
        #expect((16...32).contains(one.responder.standing.kept))
    }

    @Test("R02: without the store what is kept is served while it holds, and nothing new is signed")
    func withoutStore() async throws {
        let one = try await AnsweringHouse(schedule: AnswerSchedule(life: .seconds(600)))
        let issued = try await one.issue("web")
        let question = try one.question(about: issued.serialNumber)
        let nonce = try one.question(about: issued.serialNumber, nonce: .make())
        let first = try #require(try await one.reply(to: question).answer)
        one.house.clock.set(noon + 10)
        #expect(one.responder.reply(to: nonce.der)?.answer != nil)
        #expect(!one.responder.standing.isLate)
        one.house.clock.set(noon + 11)
        #expect(one.responder.reply(to: nonce.der)?.refusal == .tryLater)
        #expect(one.responder.standing.isLate)
        one.house.clock.set(noon + 599)
        #expect(one.responder.reply(to: question.der)?.answer?.tag == first.tag)
        one.house.clock.set(noon + 600)
        #expect(one.responder.reply(to: question.der)?.refusal == .tryLater)
        // The twin: it is there again.
        try await one.responder.follow()
        #expect(one.responder.reply(to: question.der)?.answer?.thisUpdate == noon + 600)
        #expect(one.responder.reply(to: nonce.der)?.answer != nil)
    }

    @Test("R05: the certificate is replaced when a third of its life is left, and no answer outlives its signer's")
    func renewal() async throws {
        let one = try await AnsweringHouse()
        let issued = try await one.issue("web", life: .days(30))
        let question = try one.question(about: issued.serialNumber)
        let week = try #require(one.responder.standing.certificateEnds)
        #expect(week == noon + 7 * .day)
        // 60 s of it are backdating.
        let due = week - (7 * .day + 60) / 3
        one.house.clock.set(due - 1)
        try await one.responder.follow()
        #expect(one.responder.standing.certificateEnds == week)
        one.house.store.fail(.record, with: .full("disk"))
        one.house.clock.set(week - 30 * .hour)
        await #expect(throws: ResponderFailure.self) { try await one.responder.follow() }
        #expect(!one.responder.standing.isLate)
        one.house.clock.set(week - 3600)
        await #expect(throws: ResponderFailure.self) { try await one.responder.follow() }
        #expect(one.responder.standing.isLate)
        let last = try #require(try await one.reply(to: question).answer)
        #expect(last.nextUpdate == week)
    }

    @Test("before its first certificate it answers nobody")
    func early() async throws {
        let house = try await House()
        let responder = try #require(Responder(house.authority, store: house.store))
        #expect(responder.standing == ResponderStanding(certificateEnds: nil, kept: 0, isLate: true))
        let issued = try await house.authority.issue(.example())
        let question = try #require(
            StatusQuestion(about: issued.serialNumber, from: house.authority.issuing, nonce: nil))
        #expect(try await responder.replyAskingStore(to: question.der).refusal == .tryLater)
    }

    @Test("R13: of a certificate that has ended it says since when it remembers")
    func archive() async throws {
        let one = try await AnsweringHouse()
        let issued = try await one.issue("web", life: .seconds(3600))
        let question = try one.question(about: issued.serialNumber)
        let living = try #require(try await one.reply(to: question).answer?.der)
        let cutoff = ObjectIdentifier.ocspArchiveCutoff.contents
        #expect(living.firstRange(of: cutoff) == nil)
        one.house.clock.set(noon + 5 * .hour)
        try await one.responder.follow()
        let ended = try #require(try await one.reply(to: question).answer?.der)
        #expect(ended.firstRange(of: cutoff) != nil)
        #expect(try one.status(of: issued, by: ended) != .unknown(.noSource))
    }
}
