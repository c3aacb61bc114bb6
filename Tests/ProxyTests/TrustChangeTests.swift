import Foundation
import NIOCore
import NIOPosix
import SymbolonCertificates
import SymbolonProxy
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Testing

@Suite("Proof is continuous: a changed trust ends what no longer holds", .timeLimit(.minutes(5)))
struct TrustChangeTests {
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Why the live connection ends, and why the next is refused.
        let reasons: (live: String, next: String)
        /// The last word to the live peer.
        let alert: TLSAlert
        let trust: @Sendable (Stage) throws -> TrustState

        init(
            _ name: String, _ live: String, _ next: String, saying alert: TLSAlert,
            _ trust: @escaping @Sendable (Stage) throws -> TrustState
        ) {
            testDescription = name
            reasons = (live, next)
            self.alert = alert
            self.trust = trust
        }
    }

    @Test(
        "the live connection is cut, and the next refused, by",
        arguments: [
            Change("a revocation", "revoked", "revoked", saying: .certificateRevoked) {
                try $0.serviceTrust(revocation: try $0.revocation("alice", epoch: 2))
            },
            Change("a revocation of the authority that issued it", "revoked", "revoked", saying: .certificateRevoked) {
                try $0.serviceTrust(revocation: try $0.issuerRevocation(epoch: 2))
            },
            Change("a changed policy", "policy", "policy", saying: .accessDenied) {
                try $0.serviceTrust(allow: ["bob"])
            },
            Change("an empty policy", "policy", "policy", saying: .accessDenied) { try $0.serviceTrust(allow: []) },
            Change("a withdrawn anchor", "anchorWithdrawn", "issuerUnknown", saying: .unknownCA) {
                try $0.serviceTrust(anchors: [$0.strangersAnchor])
            },
            Change(
                "a revocation source that falls silent", "revocationUnknown", "revocationUnknown",
                saying: .certificateUnknown
            ) {
                try $0.serviceTrust(revocation: RevocationSnapshot.none)
            },
        ])
    func change(_ change: Change) async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint, trust: try stage.serviceTrust(allow: ["alice", "bob"]))
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("hello")
        #expect(await client.received("hello"))

        let next = try change.trust(stage)
        try end.replace(next)
        let closed = try #require(await stage.log.closed(1).first)
        _ = await client.closed()
        #expect(closed.reason == change.reasons.live)
        #expect(closed.alert == change.alert.description)
        let serial = try SerialNumber(magnitude: stage.leaf("alice").serialNumber)
        #expect(closed.facts.peer.path.leaf.serialNumber == serial)
        #expect(client.board.value.error == "\(TLSFailure.peerAlert(change.alert))")
        #expect(client.board.value.isInputEnded == false)
        // Neither end may take what it got for the whole.
        #expect(await backend.peer().closed().isInputEnded == false)
        guard case .trustReplaced(_, _, let epoch, let count) = await stage.log.event("trustReplaced") else { return }
        #expect(epoch == 2 && count == 1)

        let again = try await tlsClient(end.port, try stage.tls("alice"))
        #expect(await stage.log.refusals(1).first?.reason == change.reasons.next)
        _ = await again.closed()
        await end.stop()
        #expect(backend.peers.value.count == 1)
    }

    @Test("another answer about itself is shown, and is no news; other trust is")
    func stapled() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("one ")
        #expect(await client.received("one "))
        try end.staple(try stage.serviceTrust(allow: ["alice"]))
        await end.settled()
        try end.replace(try stage.serviceTrust(allow: ["alice"]))
        guard case .trustReplaced(_, _, let epoch, let count) = await stage.log.event("trustReplaced") else { return }
        // The first that is told is the second.
        #expect(epoch == 3 && count == 0)
        // What a staple should end all the same is told.
        try end.staple(try stage.serviceTrust(allow: ["bob"]))
        _ = await stage.log.event("trustReplaced", times: 2)
        _ = await client.closed()
        await end.stop()
    }

    @Test("settled waits for a busy loop, which has then closed what it closes")
    func settled() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let one = try StreamLoops(count: 1)
        let end = try await stage.protect(backend.endpoint, on: one)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("one ")
        #expect(await client.received("one "))
        let busy = DispatchSemaphore(value: 0)
        one.all[0].execute { busy.wait() }
        try end.replace(try stage.serviceTrust(allow: []))
        let isSettled = Board(false)
        let waiting = Task {
            await end.settled()
            isSettled.update { $0 = true }
            return stage.log.closed.count
        }
        for _ in 0..<1_000 { await Task.yield() }
        #expect(!isSettled.value)
        busy.signal()
        #expect(await waiting.value == 1)
        await end.stop()
    }

    @Test("a change that leaves the peer's proof standing leaves its connection alone")
    func untouched() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("one ")
        #expect(await client.received("one "))
        try end.replace(try stage.serviceTrust(allow: ["alice", "bob"], revocation: try stage.revocation("bob")))
        _ = await stage.log.event("trustReplaced")
        client.send("two")
        #expect(await client.received("one two"))
        client.close()
        await end.stop(within: .zero)
        #expect(stage.log.closed.count == 1)
    }

    @Test("a door cuts its live connections when the service is revoked, or another is expected")
    func door() async throws {
        for change in ["revoked", "nameMismatch"] {
            let stage = try Stage()
            let backend = try await Backend()
            let service = try await stage.protect(backend.endpoint)
            let log = EventLog()
            let door = try await stage.reach(service.port, log: log)
            let client = try await plainClient(door.port)
            client.send("hello")
            #expect(await client.received("hello"))
            try door.replace(
                change == "revoked"
                    ? try stage.doorTrust(revocation: try stage.revocation("web", epoch: 2))
                    : try stage.doorTrust(expecting: ["spiffe://example.internal/ledger"]))
            #expect(await log.closed(1).first?.reason == change)
            #expect(await client.closed().isInputEnded == false)
            await door.stop()
            await service.stop(within: .zero)
        }
    }

    @Test("a connection ends with the certificate that proved it")
    func expiry() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("hello")
        #expect(await client.received("hello"))
        stage.clock.set(noon + 23 * .hour + 1)
        let closed = try #require(await stage.log.closed(1).first)
        #expect(closed.reason == "expired")
        _ = await client.closed()
        await end.stop()
    }

    @Test("R17: a clock that was put back two days lets nobody in; set right, those who have not ended")
    func clockBack() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        // It ended the day before yesterday, when its clock would have it still valid.
        var ended = stage.leaf("alice")
        (ended.notBefore, ended.notAfter) = (noon - 72 * .hour, noon - 47 * .hour)
        stage.clock.set(noon - 48 * .hour)
        let old = try await tlsClient(end.port, try stage.tls(ended))
        #expect(await stage.log.refusals(1).first?.reason == "clockBehind")
        _ = await old.closed()
        stage.clock.set(noon)
        let late = try await tlsClient(end.port, try stage.tls(ended))
        #expect(await stage.log.refusals(2).last?.reason == "expired")
        _ = await late.closed()
        // The honest twin; clocks may differ a little.
        for now in [noon, try stage.identity("web").leaf.notBefore - 299] {
            stage.clock.set(now)
            var alice = stage.leaf("alice")
            alice.notBefore = noon - 72 * .hour
            let client = try await tlsClient(end.port, try stage.tls(alice))
            client.send("hello")
            #expect(await client.received("hello"))
            client.close()
        }
        #expect(stage.log.accepted.count == 2)
        await end.stop(within: .zero)
    }

    @Test("T10: trust that cannot be used is refused, and what was there stays in force")
    func keepsLastGood() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint)
        #expect(throws: EndFailure.noTrustAnchor) { try end.replace(try stage.serviceTrust(anchors: [])) }
        #expect(throws: EndFailure.trustForOtherRole) { try end.replace(try stage.doorTrust()) }
        let client = try await tlsClient(end.port, try stage.tls("alice"))
        client.send("still here")
        #expect(await client.received("still here"))
        client.close()
        await end.stop(within: .zero)
        #expect(throws: EndFailure.stopped) { try end.replace(try stage.serviceTrust()) }
    }

    @Test("T40: 500 changes of identity under 20 streaming clients fail no handshake and break no stream")
    func rotation() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let service = try await stage.protect(backend.endpoint)
        let doorLog = EventLog()
        let door = try await stage.reach(service.port, log: doorLog)
        var second = stage.leaf("web")
        second.use(TestKeys.key("web again"))
        let pair = [
            try stage.serviceTrust(),
            try TrustState(
                identity: EndIdentity(chain: try stage.chain(second), key: second.key), anchors: [stage.anchor],
                admission: try stage.serviceTrust().admission,
                revocation: RevocationSources(snapshot: try stage.revocation())),
        ]
        let isDone = Board(false)
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<20 {
                group.addTask {
                    // Each opens connection after connection, and checks every byte that comes back.
                    var connections = 0
                    let bytes = pattern(64 << 10, seed: UInt64(number))
                    while !isDone.value || connections == 0 {
                        let client = try await plainClient(door.port)
                        for _ in 0..<4 { client.send(bytes) }
                        try await client.endOutput()
                        let seen = await client.inputEnded()
                        #expect(seen.bytes == bytes + bytes + bytes + bytes && seen.error == nil)
                        connections += 1
                    }
                    return connections
                }
            }
            group.addTask {
                for turn in 1...500 {
                    try service.replace(pair[turn % 2])
                    _ = await stage.log.event("trustReplaced", times: turn)
                }
                isDone.update { $0 = true }
                return 0
            }
            let connections = try await group.reduce(0, +)
            #expect(connections >= 20)
            #expect(stage.log.refusals.isEmpty && doorLog.refusals.isEmpty)
            #expect(await service.counters().accepted == UInt64(connections))
            #expect(await doorLog.closed(connections).allSatisfy { $0.reason == "finished" })
        }
        await door.stop()
        await service.stop()
    }
}
