import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("RFC 4158: paths are found among good and bad candidates")
struct PathBuilding {
    @Test("T30: the identity is that of the first certificate, wherever a victim's stands beside it")
    func firstPresented() throws {
        let chain = TestPKI.goodChain()
        let victim = TestPKI.leaf("victim", serialNumber: [0x44]).der(signedBy: chain.issuing)
        let (own, issuing) = (chain.leafDER, chain.issuingDER)
        let web = "spiffe://example.internal/web"
        for presented in [[own, victim, issuing], [own, issuing, victim], [own, issuing]] {
            let peer = try verify(presented, trusting: [chain.trusted])
            #expect(peer.identity.description == web)
            #expect(peer.path.leaf.der == own)
            #expect(
                verificationRefusal(
                    presented, trusting: [chain.trusted], as: ["spiffe://example.internal/victim"])?.reason
                    == "nameMismatch")
        }
        // The victim's first: then the handshake must be signed by the victim's key, and that is who the peer is.
        let peer = try verify([victim, own, issuing], trusting: [chain.trusted])
        #expect(peer.identity.description == "spiffe://example.internal/victim")
    }

    @Test("T30: an unrelated self-signed certificate first is refused, though a good chain follows it")
    func strangerFirst() {
        let chain = TestPKI.goodChain()
        let stranger = TestPKI.leaf("web", serialNumber: [0x45])
        let refusal = verificationRefusal([stranger.selfSigned()] + chain.der, trusting: [chain.trusted])
        #expect(refusal?.failure == .selfSignedNotTrusted)
        #expect(refusal?.place == .leaf)
    }

    @Test("X11: an anchor that is an end entity vouches for itself byte for byte, and for no look-alike")
    func leafAsAnchor() throws {
        var trustedLeaf = TestPKI.leaf("web", serialNumber: [0x21])
        trustedLeaf.authorityKeyIdentifier = .absent
        let own = trustedLeaf.selfSigned()
        let anchor = TrustAnchor(try Certificate(der: own), for: domain)
        let peer = try verify([own], trusting: [anchor])
        #expect(peer.path.certificates.map(\.der) == [own])

        // The same subject, serial number and subject key identifier; another key.
        var attacker = trustedLeaf
        attacker.key = TestKeys.key("attacker")
        let refusal = verificationRefusal([attacker.selfSigned()], trusting: [anchor])
        #expect(
            refusal?.failure
                == .signatureInvalid(issuer: TestPKI.name("web"), algorithm: .ecdsaSHA256))

        // Nor does the true key of an end entity vouch for another certificate.
        let child = TestPKI.leaf("child", serialNumber: [0x22]).der(signedBy: trustedLeaf)
        #expect(verificationRefusal([child], trusting: [anchor])?.failure == .issuerIsNotAuthority)
        #expect(verificationRefusal([child, own], trusting: [anchor])?.failure == .issuerIsNotAuthority)
    }

    @Test("X11: an attacker's root with the anchor's name, serial number and key identifier is not the anchor")
    func lookAlikeRoot() throws {
        let chain = TestPKI.goodChain()
        var attacker = chain
        attacker.root.key = TestKeys.key("attacker")
        attacker.issuing.key = TestKeys.key("attacker's issuing")
        let presented = attacker.der + [attacker.rootDER]
        let refusal = verificationRefusal(presented, trusting: [chain.trusted])
        #expect(refusal?.failure == .signatureInvalid(issuer: chain.root.subject, algorithm: .ecdsaSHA256))
        try chain.verified()
    }

    @Test("several issuers of one name: the one whose key signed is found, also behind misleading key identifiers")
    func severalIssuers() throws {
        var chain = TestPKI.goodChain()
        // The leaf's hint points at the wrong one of three.
        chain.leaf.authorityKeyIdentifier = .identifier(TestKeys.key("second").publicKey.keyIdentifier)
        let second = authority("Test Issuing", key: "second", serialNumber: 0x31).der(signedBy: chain.root)
        let third = authority("Test Issuing", key: "third", serialNumber: 0x32).der(signedBy: chain.root)
        let (leaf, issuing) = (chain.leafDER, chain.issuingDER)
        for presented in [
            [leaf, second, third, issuing], [leaf, issuing, third, second], [leaf, third, issuing, second],
        ] {
            let peer = try verify(presented, trusting: [chain.trusted], profile: .rfc5280)
            #expect(peer.path.certificates.map(\.der) == [leaf, issuing])
            // A hint that is wrong hides no path; it is refused for itself where identifiers must agree.
            let refusal = verificationRefusal(presented, trusting: [chain.trusted])
            #expect(refusal?.reason == "issuerKeyIdentifierDiffers")
        }
    }

    @Test("several anchors of one name: the one whose key signed is the anchor")
    func severalAnchors() throws {
        let chain = TestPKI.goodChain()
        let other = TrustAnchor(root("Test Root", key: "another root").parsedRoot, for: domain)
        let trusted = chain.trusted
        for anchors in [[other, trusted], [trusted, other]] {
            #expect(try verify(chain.der, trusting: anchors).path.anchor == trusted)
        }
    }

    @Test("X22: an expired cross-certificate beside the good one is passed over")
    func expiredCrossCertificate() throws {
        let chain = TestPKI.goodChain()
        let oldRoot = root("Old Root")
        var cross = chain.issuing
        cross.serialNumber = [0x51]
        cross.notAfter = noon - 1
        let crossed = cross.der(signedBy: oldRoot)
        let anchors = [TrustAnchor(oldRoot.parsedRoot, for: domain), chain.trusted]
        for presented in [[chain.leafDER, crossed, chain.issuingDER], [chain.leafDER, chain.issuingDER, crossed]] {
            let peer = try verify(presented, trusting: anchors)
            #expect(peer.path.anchor == anchors[1])
        }
        let refusal = verificationRefusal([chain.leafDER, crossed], trusting: anchors)
        #expect(refusal?.failure == .expired(notAfter: noon - 1, at: noon))
        #expect(refusal?.place == .intermediate(1))
    }

    @Test("X22: an anchor under a second, expired root is enough by itself")
    func shorterPathFirst() throws {
        let chain = TestPKI.goodChain()
        let oldRoot = root("Old Root")
        var cross = chain.root
        cross.serialNumber = [0x52]
        cross.notAfter = noon - 1
        cross.authorityKeyIdentifier = .ofSigner
        let presented = chain.der + [cross.der(signedBy: oldRoot)]
        try verify(presented, trusting: [TrustAnchor(oldRoot.parsedRoot, for: domain), chain.trusted])
    }

    @Test("X01: authorities that certify each other in a ring end the search, and hide no way out of it")
    func ring() throws {
        let anchor = root("Ring Root")
        let (a, b, c) = (authority("A"), authority("B", serialNumber: 0x61), authority("C", serialNumber: 0x62))
        let leaf = TestPKI.leaf("web", serialNumber: [0x63]).der(signedBy: a)
        let ring = [a.der(signedBy: b), b.der(signedBy: c), c.der(signedBy: a), b.der(signedBy: a), c.der(signedBy: b)]
        let trusted = [TrustAnchor(anchor.parsedRoot, for: domain)]
        let refusal = verificationRefusal([leaf] + ring, trusting: trusted)
        #expect(refusal != nil)
        let peer = try verify([leaf] + ring + [c.der(signedBy: anchor)], trusting: trusted)
        #expect(peer.path.certificates.count == 4)
    }

    @Test("of several failed paths the one that came furthest is reported, with the others beside it")
    func mostTelling() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.notAfter = noon - 1
        let stray = authority("Test Issuing", key: "stray", serialNumber: 0x71).der(signedBy: root("Unknown Root"))
        let refusal = try #require(
            verificationRefusal([chain.leafDER, stray, chain.issuingDER], trusting: [chain.trusted]))
        #expect(refusal.failure == .expired(notAfter: noon - 1, at: noon))
        #expect(
            refusal.others.map(\.failure)
                == [.signatureInvalid(issuer: TestPKI.name("Test Issuing"), algorithm: .ecdsaSHA256)])
    }

    @Test("a malformed certificate beside the leaf matters only when no path is found")
    func malformedBeside() throws {
        let chain = TestPKI.goodChain()
        let broken: [UInt8] = [0x30, 0x03, 0x02, 0x01]
        try verify([chain.leafDER, broken, chain.issuingDER], trusting: [chain.trusted])
        let refusal = try #require(verificationRefusal([chain.leafDER, broken], trusting: [chain.trusted]))
        #expect(refusal.reason == "malformed")
        #expect(refusal.place == .intermediate(1))
        #expect(refusal.others.map(\.failure) == [.issuerUnknown(issuer: TestPKI.name("Test Issuing"))])
    }

    @Test("T30: when the first certificate is malformed, no other takes its place")
    func malformedLeaf() throws {
        let chain = TestPKI.goodChain()
        let broken: [UInt8] = [0x30, 0x03, 0x02, 0x01]
        let refusal = verificationRefusal([broken] + chain.der, trusting: [chain.trusted])
        #expect(refusal?.reason == "malformed")
        #expect(refusal?.place == .leaf)
        try chain.verified()
    }
}

@Suite("X13: explicit curve parameters")
struct ExplicitCurveParameters {
    /// The key's SubjectPublicKeyInfo with the parameters of P-256 spelled out.
    private func explicit(_ key: SigningKey) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        try folder.write(key.publicKey.subjectPublicKeyInfo, to: "key.der")
        let run = try run(
            "/usr/bin/openssl",
            [
                "pkey", "-pubin", "-inform", "DER", "-in", folder.file("key.der"), "-ec_param_enc", "explicit",
                "-pubout", "-outform", "DER",
            ])
        #expect(run.status == 0, "\(run.err)")
        return run.outBytes
    }

    @Test("X13: a key with explicit parameters is refused by name, as a leaf's and as an issuer's")
    func refused() throws {
        var chain = TestPKI.goodChain()
        try chain.verified()
        chain.leaf.subjectPublicKeyInfo = try explicit(chain.leaf.key)
        #expect(chain.refusal()?.failure == .keyNotAllowed(.explicitCurveParameters))
        #expect(chain.refusal()?.place == .leaf)

        var issuer = TestPKI.goodChain()
        issuer.issuing.subjectPublicKeyInfo = try explicit(issuer.issuing.key)
        #expect(issuer.refusal()?.failure == .keyNotAllowed(.explicitCurveParameters))
        #expect(issuer.refusal()?.place == .intermediate(1))
    }

    @Test("X13: an anchor with explicit parameters verifies nothing")
    func anchor() throws {
        var chain = TestPKI.goodChain()
        chain.root.subjectPublicKeyInfo = try explicit(chain.root.key)
        #expect(chain.refusal()?.failure == .keyNotAllowed(.explicitCurveParameters))
        #expect(chain.refusal()?.place == .anchor)
    }
}
