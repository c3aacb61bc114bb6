import Foundation
import NIOCore
import SymbolonAccessPolicy
import SymbolonCertificates
import SymbolonTestSupport
import SymbolonVerification
import Testing

@testable import SymbolonProxy
@testable import SymbolonTransport

@Suite("Between the peer's certificate and the first byte")
struct ConnectionTests {
    let stage: Stage
    let loops: StreamLoops
    let share: LoopShare
    let connection: StreamConnection

    init() throws {
        stage = try Stage()
        let clock = stage.clock
        let service = ServiceDefinition(name: "web", listen: [], backend: .host("127.0.0.1", port: 9))
        let plan = EndPlan(service, observer: stage.log, clock: { clock.now }, steady: { .zero })
        let loops = try StreamLoops(count: 1)
        let loop = loops.all[0]
        self.loops = loops
        share = LoopShare(
            loop, 0, of: 1, plan: plan,
            trust: try Self.prepared(try stage.serviceTrust(), epoch: 1, plan), usage: EndUsage())
        connection = StreamConnection(
            1, from: nil, in: share, to: StreamTarget(service.backend, timeout: .seconds(1), on: loop))
    }

    static func prepared(_ state: TrustState, epoch: UInt64, _ plan: EndPlan) throws -> PreparedTrust {
        PreparedTrust(
            state, of: plan.name, epoch: epoch, context: try plan.context(for: state), cache: SignatureCache())
    }

    func presented() throws -> PresentedPeer {
        PresentedPeer(chain: try stage.chain(stage.leaf("alice")).map(\.der), stapledAnswer: nil, serverName: nil)
    }

    func session(_ verified: any Sendable) -> SessionFacts {
        SessionFacts(
            version: .tls13, cipher: "TLS_AES_128_GCM_SHA256", group: "X25519",
            peerSignatureAlgorithm: "ecdsa_secp256r1_sha256", serverName: nil, alpn: nil, verified: verified)
    }

    func proof() throws -> any Sendable {
        guard case .accepted(let proof) = connection.verify(try presented()) else {
            throw TLSFailure.noCertificate
        }
        return proof
    }

    @Test("a peer whose trust was replaced before its Finished is judged by the new trust, and refused")
    func replacedMeanwhile() throws {
        let proof = try proof()
        let revoked = try stage.serviceTrust(revocation: try stage.revocation("alice"))
        _ = share.adopt(try Self.prepared(revoked, epoch: 2, share.plan))
        connection.handshakeCompleted(session(proof))
        #expect(stage.log.accepted.isEmpty)
        #expect(stage.log.refusals.map(\.reason) == ["revoked"])
    }

    @Test("a peer whose trust was replaced by one that it also satisfies is believed on, under the new one")
    func replacedWithTheLike() throws {
        let proof = try #require(try proof() as? Proof)
        _ = share.adopt(try Self.prepared(try stage.serviceTrust(), epoch: 2, share.plan))
        #expect(try share.trust.rejudge(proof, share.circumstances(of: connection)).epoch == 2)
    }

    @Test("two that were judged before either was counted do not both take the last place")
    func lastPlace() throws {
        let one = try Policy(in: stage.domain) { allow("one each") { connections(below: 1) } }
        _ = share.adopt(try Self.prepared(try stage.serviceTrust(under: one), epoch: 2, share.plan))
        let proof = try #require(try proof() as? Proof)
        // Another connection of the same peer takes it between this one's certificate and its Finished.
        share.usage.count(2, of: proof.peer.identity, at: .zero, keeping: .none)
        connection.handshakeCompleted(session(proof))
        #expect(stage.log.accepted.isEmpty)
        #expect(stage.log.refusals.map(\.reason) == ["policy"])
    }

    @Test("a handshake that brings no proof of ours is refused")
    func noProof() throws {
        connection.handshakeCompleted(session(true))
        #expect(stage.log.accepted.isEmpty)
        #expect(stage.log.refusals.map(\.reason) == ["connectionLost"])
    }

    @Test("an older trust that arrives late does not undo a newer one")
    func lateTrust() throws {
        let open = try Self.prepared(try stage.serviceTrust(), epoch: 2, share.plan)
        let closed = try Self.prepared(try stage.serviceTrust(allow: []), epoch: 3, share.plan)
        _ = share.adopt(closed)
        _ = share.adopt(open)
        #expect(share.trust.epoch == 3)
    }

    @Test("the meter of bytes before proof counts what a mistake would let through")
    func meter() throws {
        let backLeg = SpliceLeg(.back, secure: false)
        backLeg.report(to: connection)
        // What `join` would never do while the peer is not proved.
        connection.front.splice(to: backLeg)
        connection.front.streamReceived(ByteBuffer(string: "leaked"))
        #expect(share.counters.backendBytesBeforeProof == 6)
    }

    @Test("failed handshakes have distinct words to count them by, and advice")
    func words() {
        let failures: [TLSFailure] = [
            .noCertificate, .plaintextHTTP, .notTLS, .protocolVersion, .handshakeTimedOut(after: .seconds(1)),
            .peerClosedDuringHandshake, .possessionNotProved, .keyUsageForbidsSigning, .serverNameRefused(nil),
            .noApplicationProtocol, .nothingInCommon(""), .noHybridKeyExchange(nil), .handshakeTooLarge(limit: 1),
            .recordNotAuthentic, .truncated,
        ]
        #expect(Set(failures.map(\.reason)).count == failures.count)
        #expect(failures.allSatisfy { !$0.remedy.isEmpty })
    }
}
