import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("RFC 5280 §6.1.3(a)(3): revocation, before and during a connection")
struct RevocationChecks {
    private let chain = TestPKI.goodChain()
    private let anchor: TrustAnchor
    private let presented: [[UInt8]]

    init() {
        anchor = chain.trusted
        presented = chain.der
    }

    private func identifier(_ spec: CertificateSpec, by issuer: CertificateSpec) throws -> CertificateIdentifier {
        CertificateIdentifier(
            issuerKey: issuer.key.publicKey.fingerprint, serialNumber: try SerialNumber(magnitude: spec.serialNumber))
    }

    private func snapshot(
        revoking: [CertificateIdentifier] = [], covering: [CertificateSpec], nextUpdate: Date? = nil
    ) -> RevocationSnapshot {
        RevocationSnapshot(
            revoked: Dictionary(
                uniqueKeysWithValues: revoking.map { ($0, Revocation(.keyCompromise, since: noon - 60)) }),
            covering: Set(covering.map(\.key.publicKey.fingerprint)), epoch: 1, thisUpdate: noon - 60,
            nextUpdate: nextUpdate)
    }

    private func verdict(
        _ snapshot: RevocationSnapshot, _ mode: RevocationMode = .required
    ) -> Result<VerifiedPeer, Refusal> {
        Result { () throws(Refusal) in
            try Verifier(anchors: [anchor], revocation: snapshot)
                .verify(PresentedChain(der: presented), expecting: Expectation(.server, revocation: mode), at: noon)
        }
    }

    private func refusal(_ verdict: Result<VerifiedPeer, Refusal>) -> Refusal? {
        if case .failure(let refusal) = verdict { refusal } else { nil }
    }

    @Test("required: every certificate of the path must be known to be good")
    func required() throws {
        let good = try verdict(snapshot(covering: [chain.root, chain.issuing])).get()
        #expect(good.revocation == .good(thisUpdate: noon - 60, nextUpdate: nil))

        let leafOnly = refusal(verdict(snapshot(covering: [chain.issuing])))
        #expect(leafOnly?.failure == .revocationUnknown(.noSource))
        #expect(leafOnly?.place == .intermediate(1))
        let rootOnly = refusal(verdict(snapshot(covering: [chain.root])))
        #expect(rootOnly?.failure == .revocationUnknown(.noSource))
        #expect(rootOnly?.place == .leaf)
    }

    @Test("best effort, for a reason that is given, passes silence and nothing else")
    func bestEffort() throws {
        let mode = RevocationMode.bestEffort(because: "no source in this test")
        #expect(try verdict(.none, mode).get().revocation == .unknown(.noSource))
        let revoked = snapshot(revoking: [try identifier(chain.leaf, by: chain.issuing)], covering: [])
        #expect(refusal(verdict(revoked, mode))?.failure == .revoked(.keyCompromise, since: noon - 60))
    }

    @Test("a revoked leaf and a revoked intermediate are refused; the same serial number of another issuer is not")
    func revoked() throws {
        let covering = [chain.root, chain.issuing]
        let leaf = refusal(
            verdict(snapshot(revoking: [try identifier(chain.leaf, by: chain.issuing)], covering: covering)))
        #expect(leaf?.failure == .revoked(.keyCompromise, since: noon - 60))
        #expect(leaf?.place == .leaf)
        let issuing = refusal(
            verdict(snapshot(revoking: [try identifier(chain.issuing, by: chain.root)], covering: covering)))
        #expect(issuing?.failure == .revoked(.keyCompromise, since: noon - 60))
        #expect(issuing?.place == .intermediate(1))
        let unrelated = verdict(snapshot(revoking: [try identifier(chain.leaf, by: chain.root)], covering: covering))
        #expect(throws: Never.self) { try unrelated.get() }
    }

    @Test("stale knowledge is silence")
    func stale() {
        let old = snapshot(covering: [chain.root, chain.issuing], nextUpdate: noon - 1)
        #expect(refusal(verdict(old))?.failure == .revocationUnknown(.stale(since: noon - 1)))
        let current = snapshot(covering: [chain.root, chain.issuing], nextUpdate: noon)
        #expect(throws: Never.self) { try verdict(current).get() }
    }

    @Test("a live peer is refused once it is revoked, expired, or its anchor is withdrawn; before that it stands")
    func recheck() throws {
        let covering = [chain.root, chain.issuing]
        let good = snapshot(covering: covering)
        let peer = try verdict(good).get()
        try Verifier(anchors: [anchor], revocation: good).recheck(peer, at: noon + 60)
        try Verifier(anchors: [anchor], revocation: good).recheck(peer, at: peer.validUntil)

        func refusal(_ verifier: Verifier, at now: Date = noon) -> Refusal? {
            do throws(Refusal) {
                try verifier.recheck(peer, at: now)
                return nil
            } catch {
                return error
            }
        }
        let revoking = snapshot(revoking: [try identifier(chain.leaf, by: chain.issuing)], covering: covering)
        #expect(
            refusal(Verifier(anchors: [anchor], revocation: revoking))?.failure
                == .revoked(.keyCompromise, since: noon - 60))
        let authority = snapshot(revoking: [try identifier(chain.issuing, by: chain.root)], covering: covering)
        #expect(refusal(Verifier(anchors: [anchor], revocation: authority))?.place == .intermediate(1))
        #expect(
            refusal(Verifier(anchors: [anchor], revocation: good), at: peer.validUntil + 1)?.failure
                == .expired(notAfter: peer.validUntil, at: peer.validUntil + 1))
        #expect(
            refusal(Verifier(anchors: [], revocation: good))?.failure
                == .anchorWithdrawn(subject: TestPKI.name("Test Root")))
        var shortLived = chain
        shortLived.root.notAfter = noon + 60
        let endingAnchor = shortLived.trusted
        let ending = Verifier(anchors: [endingAnchor], revocation: good)
        let peerOfEnding = try ending.verify(PresentedChain(der: presented), expecting: Expectation(.server), at: noon)
        #expect(peerOfEnding.validUntil == noon + 60)
        #expect(
            #expect(throws: Refusal.self) { try ending.recheck(peerOfEnding, at: noon + 61) }?.place == .anchor)
        let otherDomain = TrustAnchor(anchor.certificate, for: nil)
        #expect(refusal(Verifier(anchors: [otherDomain], revocation: good))?.reason == "anchorWithdrawn")
        #expect(refusal(Verifier(anchors: [anchor]))?.failure == .revocationUnknown(.noSource))
    }
}
