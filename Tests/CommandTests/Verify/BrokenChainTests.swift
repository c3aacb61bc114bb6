import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import Testing

@testable import symbolon

@Suite("verify: a broken chain is answered with the certificate, the rule and the mend")
struct BrokenChainTests {
    /// One thing wrong with a chain, and what the answer says.
    struct Broken: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: String
        let certificate: String
        let why: String
        let rule: String
        let mend: String
        let spoil: @Sendable (inout TestPKI) -> Void

        init(
            _ what: String, _ words: String = "chain.pem --root root.pem", certificate: String, why: String,
            rule: String,
            mend: String, _ spoil: @escaping @Sendable (inout TestPKI) -> Void = { _ in }
        ) {
            (testDescription, self.words, self.certificate, self.why) = (what, words, certificate, why)
            (self.rule, self.mend, self.spoil) = (rule, mend, spoil)
        }
    }

    private static let leaf = #"leaf "CN=web,O=Symbolon Tests""#
    private static let issuing = #"issuer 1 "CN=Test Issuing,O=Symbolon Tests""#

    @Test(
        "X10, R02: each is refused with status 1",
        arguments: [
            Broken(
                "an expired leaf", certificate: leaf,
                why: "expired: valid until 2026-06-01T11:59:59Z, and it is 2026-06-01T12:00:00Z",
                rule: "RFC 5280 §6.1.3(a)(2)", mend: "renew the certificate"
            ) { $0.leaf.notAfter = noon - 1 },
            Broken(
                "another name", "chain.pem --root root.pem --name dns:shop.example", certificate: leaf,
                why: "it is not dns:shop.example: its names are", rule: "RFC 9525 §6", mend: "ask for the name that"),
            Broken(
                "a missing intermediate", "leaf.pem --root root.pem", certificate: leaf,
                why: #"is named "CN=Test Issuing,O=Symbolon Tests", its issuer"#, rule: "RFC 5280 §6.1.1(d)",
                mend: "present the missing intermediate"),
            Broken(
                "an issuer that is no authority", certificate: issuing, why: "basicConstraints does not say cA",
                rule: "RFC 5280 §6.1.4(k)", mend: "get one from your authority"
            ) { $0.issuing.basicConstraints = BasicConstraints(isAuthority: false) },
            Broken(
                "a path that is too long", certificate: issuing, why: "allows 0 intermediates below itself",
                rule: "RFC 5280 §6.1.4(l)", mend: "issue from an authority that may have this one below it"
            ) { $0.root.pathLength = 0 },
            Broken(
                "a client's certificate at a server", "chain.pem --root root.pem --purpose server", certificate: leaf,
                why: "its extendedKeyUsage is clientAuth; a server needs serverAuth", rule: "RFC 5280 §4.2.1.12",
                mend: "use a certificate that was issued for a server"
            ) { $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.clientAuth) },
            Broken(
                "a self-signed leaf", "self.pem --root root.pem", certificate: leaf,
                why: "it names itself as its issuer and is no trust anchor here", rule: "RFC 5280 §6.1.1(d)",
                mend: "add it to the trust anchors if you trust it"),
            Broken(
                "a leaf on its authority's list", "chain.pem --root root.pem --crl revoked.crl --crl root.crl",
                certificate: leaf, why: "revoked on 2026-06-01T11:00:00Z: unspecified", rule: "RFC 5280 §6.1.3(a)(3)",
                mend: "issue a new certificate"),
            Broken(
                "a stale list", "chain.pem --root root.pem --crl stale.crl --crl root.crl", certificate: leaf,
                why: "went stale on 2026-06-01T11:59:59Z, and revocation must be known", rule: "RFC 5280 §6.1.3(a)(3)",
                mend: "give a current list or answer"),
            Broken(
                "a name outside the constraints", certificate: leaf,
                why: "lies in none of the permitted subtrees dns:other.example", rule: "RFC 5280 §6.1.3(b)",
                mend: "an authority that may give this name"
            ) {
                $0.issuing.nameConstraints = (try? DNSSubtree("other.example")).map {
                    NameConstraints(permitted: [.dns($0)])
                }
            },
            Broken(
                "a signature with SHA-1", "sha1.pem issuing.pem --root root.pem", certificate: leaf,
                why: "ecdsa-with-SHA1 is refused: it is broken or too weak", rule: "RFC 5280 §4.1.1.2",
                mend: "SHA-256 or better"),
            Broken(
                "a file that holds no certificate", "broken.pem --root root.pem", certificate: #"leaf "broken.pem""#,
                why: "not a certificate: ", rule: "RFC 5280 §4.1", mend: "copy it again"),
        ])
    func broken(_ case: Broken) throws {
        var chain = TestPKI.goodChain()
        `case`.spoil(&chain)
        let desk = try Desk(chain)
        try Self.lay(chain, on: desk)
        let answer = try desk.verify(`case`.words)
        #expect(answer.status == 1, "\(answer.err)")
        #expect(answer.out.hasPrefix("Refused: \(`case`.certificate)\n"), "\(answer.out)")
        #expect(answer.out.contains("  why        ") && answer.out.contains(`case`.why), "\(answer.out)")
        #expect(answer.out.contains("  rule       \(`case`.rule)\n"), "\(answer.out)")
        #expect(answer.out.contains("  do         ") && answer.out.contains(`case`.mend), "\(answer.out)")
        #expect(answer.out.contains("trusting   \"CN=Test Root,O=Symbolon Tests\" from root.pem"), "\(answer.out)")
    }

    /// What the cases name beside the chain's own files.
    private static func lay(_ chain: TestPKI, on desk: Desk) throws {
        try desk.pem([chain.leaf.selfSigned()], to: "self.pem")
        var weak = chain.leaf
        // RFC 3279 §2.2.3: ecdsa-with-SHA1.
        let sha1: [UInt8] = [0x30, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01]
        (weak.innerAlgorithm, weak.outerAlgorithm) = (sha1, sha1)
        try desk.pem([weak.der(signedBy: chain.issuing)], to: "sha1.pem")
        try desk.pem([[0x30, 0x00]], to: "broken.pem")
        try desk.pem([Desk.list(of: chain.root)], "X509 CRL", to: "root.crl")
        try desk.pem([Desk.list(of: chain.issuing)], "X509 CRL", to: "good.crl")
        try desk.pem([Desk.list(of: chain.issuing, revoking: [[0x03]])], "X509 CRL", to: "revoked.crl")
        try desk.pem([Desk.list(of: chain.issuing, until: noon - 1)], "X509 CRL", to: "stale.crl")
    }

    @Test("their honest twins are accepted with status 0")
    func honest() throws {
        let chain = TestPKI.goodChain()
        let desk = try Desk(chain)
        try Self.lay(chain, on: desk)
        try desk.folder.write(chain.issuingDER, to: "issuing.der")
        for words in [
            "chain.pem --root root.pem --purpose server --name dns:web.example.internal",
            "issuing.pem leaf.pem --root root.pem",
            "leaf.pem issuing.der --root root.pem --purpose client", "--leaf leaf.pem issuing.pem --root root.pem",
            "chain.pem root.pem --root root.pem", "chain.pem --root root.pem --crl good.crl --crl root.crl",
            "chain.pem --root root.pem --crl stale.crl --revocation off", "self.pem --root self.pem",
            "chain.pem --root root.pem --profile rfc5280 --purpose any",
        ] {
            let answer = try desk.verify(words)
            #expect(answer.status == 0, "\(words): \(answer.out)\(answer.err)")
            #expect(answer.out.hasPrefix("Accepted: spiffe://example.internal/web\n"), "\(answer.out)")
        }
    }

    @Test("every path that was tried is drawn, from the leaf upwards, with what stopped it")
    func tree() throws {
        var chain = TestPKI.goodChain()
        var other = TestPKI.goodChain()
        other.root.subject = TestPKI.name("Other Root")
        other.root.use(TestKeys.key("other root"))
        other.issuing.notAfter = noon - 1
        chain.issuing.pathLength = nil
        chain.root.pathLength = 0
        let desk = try Desk(chain)
        try desk.pem([other.issuingDER], to: "cross.pem")
        try desk.pem([chain.rootDER, other.rootDER], to: "roots.pem")
        let answer = try desk.verify("chain.pem cross.pem --root roots.pem")
        let drawn = """
            Tried
              CN=web,O=Symbolon Tests
              ├─ CN=Test Issuing,O=Symbolon Tests
              │  │  ✗ 
            """
        #expect(answer.status == 1)
        #expect(answer.out.contains(drawn), "\(answer.out)")
        #expect(answer.out.contains("✗ refused here") && answer.out.contains("✗ expired: "), "\(answer.out)")
        #expect(answer.out.contains("  └─ CN=Other Root,O=Symbolon Tests  trust anchor"), "\(answer.out)")
    }
}
