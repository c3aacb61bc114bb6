import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("An honest path is accepted, and says who the peer is")
struct HonestPath {
    @Test("the peer has the leaf's SPIFFE ID, its names in order, its path, and the earliest end of the path")
    func facts() throws {
        let chain = TestPKI.goodChain()
        let anchor = chain.trusted
        let presented = chain.der
        let peer = try verify(presented, trusting: [anchor], as: ["spiffe://example.internal/web"])
        #expect(peer.identity == .name(.spiffe(spiffe("spiffe://example.internal/web"))))
        #expect(
            peer.names == [
                .spiffe(spiffe("spiffe://example.internal/web")), dnsPattern("web.example.internal"),
                .ip(try IPAddress("127.0.0.1")),
            ])
        #expect(peer.path.certificates.map(\.der) == presented)
        #expect(peer.path.leaf.der == presented[0])
        #expect(peer.path.anchor == anchor)
        #expect(peer.validUntil == chain.leaf.notAfter)
        #expect(peer.revocation == .unknown(.noSource))
    }

    @Test("with keys of every kind that we make", arguments: KeyAlgorithm.allCases)
    func algorithms(_ algorithm: KeyAlgorithm) throws {
        try TestPKI.goodChain(algorithm).verified()
    }

    @Test("for every purpose that it was issued for", arguments: [Purpose.server, .client, .any])
    func purposes(_ purpose: Purpose) throws {
        try TestPKI.goodChain().verified(for: purpose)
    }

    @Test("for mail, by its first name when it has no SPIFFE ID")
    func mail() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.emailProtection)
        chain.leaf.names = [.mail("alice@example.internal"), .dns("alice.example.internal")]
        let peer = try chain.verified(for: .mail, as: ["mail:alice@example.internal"])
        #expect(peer.identity == .name(.mail(try Mailbox("alice@example.internal"))))
    }

    @Test("with the root presented too, and in any order after the leaf")
    func order() throws {
        let chain = TestPKI.goodChain()
        let (leaf, issuing, root) = (chain.leafDER, chain.issuingDER, chain.rootDER)
        for presented in [[leaf, issuing, root], [leaf, root, issuing], [leaf, issuing, issuing, root]] {
            let peer = try verify(presented, trusting: [chain.trusted])
            #expect(peer.path.certificates.map(\.der) == [leaf, issuing])
        }
    }

    @Test("when an intermediate is itself the anchor, and its issuer is unknown")
    func intermediateAsAnchor() throws {
        let chain = TestPKI.goodChain()
        let anchor = TrustAnchor(try Certificate(der: chain.issuingDER), for: domain)
        let peer = try verify([chain.leafDER, chain.rootDER], trusting: [anchor])
        #expect(peer.path.anchor == anchor)
    }

    @Test("an anchor with serial number zero, and one that an older root signed, is good")
    func oldAnchors() throws {
        var chain = TestPKI.goodChain()
        chain.root.serialNumber = [0]
        try chain.verified()
        chain.root.issuer = TestPKI.name("An older root")
        chain.root.signer = TestKeys.key("An older root")
        chain.root.authorityKeyIdentifier = .identifier([7])
        try chain.verified()
    }

    @Test("nobody is believed when there is no anchor")
    func noAnchors() {
        let chain = TestPKI.goodChain()
        let refusal = verificationRefusal(chain.der, trusting: [])
        #expect(refusal?.failure == .issuerUnknown(issuer: chain.root.subject))
        #expect(refusal?.place == .intermediate(1))
    }
}
