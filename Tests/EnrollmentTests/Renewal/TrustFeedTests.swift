import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonRevocation
import SymbolonTestSupport
import Synchronization
import Testing

@testable import SymbolonEnrollment

@Suite("Ends follow the changes from what they know, at whichever node, and are told whole where changes do not fit")
struct TrustFeedTests {
    /// What an end holds of what it was told, as `HeardTrust` does.
    private struct Follower {
        var version: String?
        var revoked = RevokedSet()
        var digest = RevocationDigest()

        /// False: it does not fit.
        mutating func take(_ answer: TrustAnswer) throws -> Bool {
            let trust = try #require(answer.trust)
            if trust.since == nil {
                revoked = RevokedSet(trust.changes.revoked)
                digest = try #require(RevocationDigest(trust.digest))
            } else {
                var next = digest
                next.follow(trust.changes, in: revoked)
                guard next.description == trust.digest else { return false }
                digest = next
                revoked.apply(trust.changes)
            }
            version = answer.version
            return true
        }
    }

    @Test("which policy is in force is told with the whole and with each change, and counts as another version")
    func policy() async throws {
        let house = try await RenewalHouse()
        let holder = try await house.issue("laptop")
        let inForce = Mutex<PolicyNumbers?>(nil)
        let clock = house.clock
        let desk = TrustDesk(
            store: house.store, mirror: RevocationMirror(house.store),
            register: EndRegister(InMemoryEndLedger(), clock: { clock.now }), clock: { clock.now }, federated: { [] },
            policy: { inForce.withLock { $0 } })
        let first = try await desk.changes(since: nil, waiting: .zero)
        #expect(first.trust != nil && first.trust?.policy == nil)
        let numbers = PolicyNumbers(policy: 3, groups: 7)
        inForce.withLock { $0 = numbers }
        try await house.revoke(holder)
        let step = try await desk.changes(since: first.version, waiting: .seconds(60))
        #expect(step.trust?.since == 0 && step.trust?.policy == numbers)
        #expect(try await desk.trust(known: nil, waiting: .zero).trust?.policy == numbers)
    }

    @Test(
        "a change is told as a change, a hold that was lifted too, and by another node as well; all end with the same")
    func changes() async throws {
        let house = try await RenewalHouse()
        let holders = try await (1...3).async { try await house.issue("laptop\($0)") }
        try await house.revoke(holders[0])
        let (one, other) = (house.trustDesk(), house.trustDesk())
        var end = Follower()
        #expect(try end.take(try await one.changes(since: nil, waiting: .zero)))
        #expect(end.revoked.count == 1)
        try await house.revoke(holders[1], .certificateHold)
        let step = try await one.changes(since: end.version, waiting: .seconds(60))
        #expect(step.trust?.since == 1)
        #expect(step.trust?.revoked.flatMap(\.certificates).count == 1)
        #expect(try end.take(step))
        try await house.authority.release(holders[1].certificate.serialNumber, actor: "operator")
        try await house.revoke(holders[2], .keyCompromise)
        // The first node is gone; the other has never told this end anything.
        let last = try await other.changes(since: end.version, waiting: .seconds(60))
        #expect(last.trust?.since == 2)
        #expect(try end.take(last))
        #expect(end.revoked == RevokedSet(try await house.store.revocations().revoked))
        #expect(
            try await other.changes(since: end.version, waiting: .zero)
                == TrustAnswer(version: end.version!, trust: nil))
    }

    @Test("a gap does not fit, and neither does another history; the whole does")
    func gap() async throws {
        let house = try await RenewalHouse()
        let holders = try await (1...3).async { try await house.issue("laptop\($0)") }
        let desk = house.trustDesk()
        var end = Follower()
        try await house.revoke(holders[0])
        #expect(try end.take(try await desk.changes(since: nil, waiting: .zero)))
        // It missed one, and does not know.
        var deaf = end
        try await house.revoke(holders[1])
        deaf.version = try await desk.changes(since: end.version, waiting: .zero).version
        try await house.revoke(holders[2])
        #expect(try !deaf.take(try await desk.changes(since: deaf.version, waiting: .zero)))
        #expect(try deaf.take(try await desk.changes(since: nil, waiting: .zero)))
        #expect(deaf.revoked.count == 3)
        // The honest twin.
        #expect(try end.take(try await desk.changes(since: end.version, waiting: .zero)))
        #expect(end.revoked == deaf.revoked)
    }

    @Test("what an end confirms is noted; a version that there has never been is refused, and so is nonsense")
    func confirmed() async throws {
        let house = try await RenewalHouse()
        let holder = try await house.issue("laptop")
        let ledger = InMemoryEndLedger()
        let desk = house.trustDesk(ledger: ledger)
        let caller = Caller.peer(try await house.proof(holder), address: "192.0.2.1")
        let end = EndID.random()
        func follow(_ confirmed: UInt64?, promise: Int = 90, name: String = "web", serials: [String: Int]? = nil)
            -> FollowTrust
        {
            FollowTrust(
                known: nil, wait: 0, end: end, endName: name, promise: promise, confirmed: confirmed, connections: 2,
                serials: serials)
        }
        try await desk.heard(follow(0, serials: ["aa": 2]), from: caller)
        #expect(ledger.said.map(\.standing.confirmed) == [0])
        #expect(ledger.said.last?.connections == ["aa": 2])
        #expect(ledger.said.last?.standing.identity == "spiffe://example.internal/laptop")
        #expect(ledger.said.last?.standing.certificate == holder.certificate.serialNumber)
        // It lies.
        await #expect(throws: AdministrationFailure.self) { try await desk.heard(follow(1), from: caller) }
        #expect(ledger.said.count == 1)
        for nonsense in [
            follow(0, promise: 0), follow(0, promise: 3601), follow(0, name: ""),
            follow(0, name: String(repeating: "x", count: 257)),
        ] {
            await #expect(throws: AdministrationFailure.self) { try await desk.heard(nonsense, from: caller) }
        }
        // The honest twin: once it is so, it may say so.
        try await house.revoke(try await house.issue("other"))
        // Told by another node: this one has not looked since.
        try await desk.heard(follow(1), from: caller)
        #expect(ledger.said.map(\.standing.confirmed) == [0, 1])
        try await desk.left(end, of: caller.identity)
        #expect(ledger.said.isEmpty)
    }

    @Test("quiet ends cost no write an answer: only after a third of the promise, and then together")
    func quiet() async throws {
        let clock = ManualClock()
        let ledger = InMemoryEndLedger()
        let register = EndRegister(ledger, clock: { clock.now })
        let ends = (0..<20).map { _ in EndID.random() }
        func say(_ confirmed: UInt64) async {
            for end in ends {
                await register.heard(
                    EndConfirmation(
                        EndStanding(
                            end: end, identity: "a", certificate: nil, kind: .ends, name: "web", promise: 90,
                            confirmed: confirmed, confirmedAt: clock.now, heardAt: clock.now, live: 0), connections: [:]
                    ))
            }
        }
        await say(1)
        let first = ledger.writes
        #expect(ledger.said.count == 20)
        clock.advance(by: 29)
        await say(1)
        #expect(ledger.writes == first)
        // A version that is new is written at once.
        await say(2)
        #expect(ledger.said.allSatisfy { $0.standing.confirmed == 2 })
    }
}

/// Keeps what ends say in memory.
final class InMemoryEndLedger: EndLedger {
    private let contents = Mutex<(said: [EndConfirmation], writes: Int)>(([], 0))

    var said: [EndConfirmation] { contents.withLock { $0.said } }
    var writes: Int { contents.withLock { $0.writes } }

    func note(_ confirmations: [EndConfirmation]) async throws(StoreFailure) {
        contents.withLock { contents in
            contents.writes += 1
            contents.said += confirmations
            // The last of each.
            var latest: [EndID: EndConfirmation] = [:]
            for one in contents.said { latest[one.standing.end] = one }
            if contents.said.count > 10 { contents.said = Array(latest.values) }
        }
    }

    func forget(_ end: EndID, of identity: String) async throws(StoreFailure) {
        contents.withLock { $0.said.removeAll { $0.standing.end == end && $0.standing.identity == identity } }
    }

    func forgetEnds(silentSince date: Date) async throws(StoreFailure) {
        contents.withLock { $0.said.removeAll { $0.standing.heardAt < date } }
    }

    func endStandings() async throws(StoreFailure) -> [EndStanding] { said.map(\.standing) }

    func ends(behind version: UInt64, at now: Date) async throws(StoreFailure) -> [EndStanding] {
        said.map(\.standing).filter { $0.isLive(at: now) && $0.confirmed < version }
    }

    func liveEndCount(at now: Date) async throws(StoreFailure) -> Int { said.count { $0.standing.isLive(at: now) } }

    func liveConnections(on serials: [String], at now: Date) async throws(StoreFailure) -> [String: Int] { [:] }
}

extension RenewalHouse {
    func trustDesk(
        ledger: any EndLedger = InMemoryEndLedger(),
        federated: @escaping @Sendable () -> [TrustStatement.Federated] = { [] }
    ) -> TrustDesk {
        let clock = clock
        return TrustDesk(
            store: store, mirror: RevocationMirror(store), register: EndRegister(ledger, clock: { clock.now }),
            clock: { clock.now }
        ) { federated() }
    }

    func revoke(_ holder: Holder, _ reason: RevocationReason = .superseded) async throws {
        _ = try await authority.revoke(holder.certificate.serialNumber, reason: reason, actor: "operator")
    }
}

extension ClosedRange<Int> {
    fileprivate func async<Value>(_ make: (Int) async throws -> Value) async rethrows -> [Value] {
        var made: [Value] = []
        for number in self { made.append(try await make(number)) }
        return made
    }
}
