import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("RFC 5280 §6.1.3: one thing wrong, one refusal")
struct BasicCertificateProcessing {
    @Test(
        "refuses",
        arguments: [
            Spoiled("a leaf one second past notAfter", .expired(notAfter: noon - 1, at: noon), at: .leaf) {
                $0.leaf.notAfter = noon - 1
            },
            Spoiled("a leaf one second before notBefore", .notYetValid(notBefore: noon + 1, at: noon), at: .leaf) {
                $0.leaf.notBefore = noon + 1
            },
            Spoiled("X23: an expired intermediate", .expired(notAfter: noon - 1, at: noon), at: .intermediate(1)) {
                $0.issuing.notAfter = noon - 1
            },
            Spoiled(
                "an intermediate that is not valid yet", .notYetValid(notBefore: noon + 1, at: noon),
                at: .intermediate(1)
            ) { $0.issuing.notBefore = noon + 1 },
            Spoiled("an expired anchor", .expired(notAfter: noon - 1, at: noon), at: .anchor) {
                $0.root.notAfter = noon - 1
            },
            Spoiled(
                "a leaf whose signature was altered",
                .signatureInvalid(issuer: TestPKI.name("Test Issuing"), algorithm: .ecdsaSHA256), at: .leaf
            ) { $0.leaf.breaksSignature = true },
            Spoiled(
                "a leaf that another key signed under the issuer's name",
                .signatureInvalid(issuer: TestPKI.name("Test Issuing"), algorithm: .ecdsaSHA256), at: .leaf
            ) { $0.leaf.signer = TestKeys.key("stranger") },
            Spoiled(
                "an intermediate that another key signed under the root's name",
                .signatureInvalid(issuer: TestPKI.name("Test Root"), algorithm: .ecdsaSHA256), at: .intermediate(1)
            ) { $0.issuing.signer = TestKeys.key("stranger") },
            Spoiled(
                "a leaf that names an issuer nobody knows", .issuerUnknown(issuer: TestPKI.name("Nobody")), at: .leaf
            ) { $0.leaf.issuer = TestPKI.name("Nobody") },
        ])
    func refusal(_ spoiled: Spoiled) { spoiled.check() }

    @Test("the validity period has both its ends in it, and fractions of a second do not count")
    func bounds() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.notBefore = noon
        chain.leaf.notAfter = noon + 10
        try chain.verified(at: noon)
        try chain.verified(at: noon + 10)
        try chain.verified(at: noon + 10.999)
        #expect(chain.refusal(at: noon - 0.001)?.failure == .notYetValid(notBefore: noon, at: noon - 1))
        #expect(chain.refusal(at: noon + 11)?.failure == .expired(notAfter: noon + 10, at: noon + 11))
    }

    @Test(
        "X23: an expired intermediate is refused for every purpose, under every profile, and by a cache that knows it")
    func expiredIntermediate() throws {
        for profile in VerificationProfile.all {
            for purpose in [Purpose.server, .client, .mail, .any] {
                var chain = TestPKI.goodChain()
                chain.leaf.extendedKeyUsage = ExtendedKeyUsage(.serverAuth, .clientAuth, .emailProtection)
                chain.issuing.notAfter = noon
                let (presented, trusted) = (chain.der, chain.trusted)
                let cache = SignatureCache()
                let peer = try verify(
                    presented, trusting: [trusted], for: purpose, cache: cache, profile: profile)
                let verifier = Verifier(anchors: [trusted], cache: cache, profile: profile)
                let later = #expect(throws: Refusal.self) {
                    try verifier.verify(
                        PresentedChain(der: presented), expecting: Expectation(purpose, revocation: quietly),
                        at: noon + 1)
                }
                let live = #expect(throws: Refusal.self) { try verifier.recheck(peer, at: noon + 1) }
                for refusal in [later, live] {
                    #expect(refusal?.failure == .expired(notAfter: noon, at: noon + 1))
                    #expect(refusal?.place == .intermediate(1))
                }
            }
        }
    }

    @Test("X18: 99991231235959Z is no expiry")
    func noExpiry() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.notAfter = CertificateTime.noExpiry.date
        let peer = try chain.verified()
        #expect(peer.validUntil == chain.issuing.notAfter)
    }

    @Test(
        "a signature with SHA-1 or MD5 is refused by name",
        arguments: [
            (
                "sha1WithRSAEncryption",
                [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x05, 5, 0]
            ),
            (
                "md5WithRSAEncryption",
                [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x04, 5, 0]
            ),
            ("ecdsa-with-SHA1", [0x30, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01]),
        ] as [(String, [UInt8])])
    func weakAlgorithms(_ name: String, _ identifier: [UInt8]) throws {
        var chain = TestPKI.goodChain()
        chain.leaf.innerAlgorithm = identifier
        chain.leaf.outerAlgorithm = identifier
        let refusal = try #require(chain.refusal())
        guard case .algorithmNotAllowed(.refusedSignatureAlgorithm) = refusal.failure else {
            Issue.record("\(name): \(refusal)")
            return
        }
        #expect(refusal.place == .leaf)
    }
}

@Suite("RFC 5280 §4.1: what every certificate must be")
struct CertificateFormRules {
    @Test(
        "refuses",
        arguments: [
            Spoiled("X25: serial number zero", .serialNumber(.zero), at: .leaf) { $0.leaf.serialNumber = [0] },
            Spoiled("X25: a negative serial number", .serialNumber(.negative), at: .leaf) {
                $0.leaf.serialNumber = [0x80]
            },
            Spoiled("X25: a serial number of 21 octets", .serialNumber(.tooLong(octets: 21)), at: .leaf) {
                $0.leaf.serialNumber = Array(repeating: 1, count: 21)
            },
            Spoiled("serial number zero in an intermediate", .serialNumber(.zero), at: .intermediate(1)) {
                $0.issuing.serialNumber = [0]
            },
            Spoiled("X12: an empty issuer", .issuerEmpty, at: .anchor) { $0.root.issuer = .empty },
            Spoiled("an authority without a subject", .authoritySubjectEmpty, at: .intermediate(1)) {
                $0.issuing.subject = .empty
                $0.leaf.issuer = .empty
            },
            Spoiled(
                "X18: a year before 2050 in GeneralizedTime",
                .timeFormWrong(CertificateTime(noon - 3600).written(as: .generalizedTime)), at: .leaf
            ) { $0.leaf.timeForm = .generalizedTime },
        ])
    func refusal(_ spoiled: Spoiled) { spoiled.check() }

    @Test("X25: a serial number of 20 octets is good")
    func longestSerial() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.serialNumber = Array(repeating: 0x7F, count: 20)
        try chain.verified()
    }
}
