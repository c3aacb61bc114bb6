import SymbolonCertificates
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

/// One thing that `strict` refuses and RFC 5280 does not.
private struct Stricter: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let failure: VerificationFailure
    let purpose: Purpose
    let spoil: @Sendable (inout TestPKI) -> Void

    init(
        _ description: String, _ failure: VerificationFailure, for purpose: Purpose = .server,
        _ spoil: @escaping @Sendable (inout TestPKI) -> Void
    ) {
        self.testDescription = description
        self.failure = failure
        self.purpose = purpose
        self.spoil = spoil
    }
}

@Suite("Two profiles: what RFC 5280 demands, and what a verifier on the Web asks")
struct Profiles {
    @Test(
        "strict refuses what rfc5280 accepts",
        arguments: [
            Stricter("an authority as the leaf", .leafIsAuthority) {
                $0.leaf.basicConstraints = BasicConstraints(isAuthority: true)
                $0.leaf.keyUsage = [.keyCertSign, .digitalSignature]
            },
            Stricter("a leaf with no name", .subjectAlternativeNameMissing) { $0.leaf.names = [] },
            Stricter("a leaf with no purpose", .extendedKeyUsageMissing(for: .server)) {
                $0.leaf.extendedKeyUsage = nil
            },
            Stricter("a leaf for any purpose", .extendedKeyUsageUnrestricted(for: .server)) {
                $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.any)
            },
            Stricter(
                "a key that only enciphers", .keyUsageUnfit(.keyEncipherment, for: .server)
            ) {
                $0.leaf.names = [.dns("web.example.internal")]
                $0.leaf.keyUsage = .keyEncipherment
            },
            Stricter(
                "a serial number of zero, and no purpose asked for", .serialNumber(.zero), for: .any
            ) { $0.leaf.serialNumber = [0] },
            Stricter(
                "an authority without key usage, and no purpose asked for", .issuerMayNotSignCertificates(nil),
                for: .any
            ) { $0.issuing.keyUsage = nil },
            Stricter(
                "basic constraints not critical, and no purpose asked for", .extensionMustBeCritical(.basicConstraints),
                for: .any
            ) { $0.issuing.criticality[.basicConstraints] = false },
            Stricter(
                "a root for one purpose only", .extendedKeyUsageOnRoot(ExtendedKeyUsage(.serverAuth))
            ) { $0.root.extendedKeyUsage = ExtendedKeyUsage(.serverAuth) },
            Stricter(
                "a critical name beside a subject", .extensionMustNotBeCritical(.subjectAlternativeName)
            ) {
                $0.leaf.names = [.dns("web.example.internal")]
                $0.leaf.criticality[.subjectAlternativeName] = true
            },
            Stricter(
                "a critical purpose", .extensionMustNotBeCritical(.extendedKeyUsage)
            ) {
                $0.leaf.names = [.dns("web.example.internal")]
                $0.leaf.criticality[.extendedKeyUsage] = true
            },
        ])
    private func differing(_ stricter: Stricter) throws {
        var chain = TestPKI.goodChain()
        stricter.spoil(&chain)
        #expect(chain.refusal(for: stricter.purpose)?.failure == stricter.failure)
        try verify(chain.der, trusting: [chain.trusted], for: stricter.purpose, profile: .rfc5280)
    }

    @Test("X25: what RFC 5280 §4 asks of certificates holds under rfc5280 too, once they are to serve a purpose")
    func conformance() {
        var chain = TestPKI.goodChain()
        chain.leaf.serialNumber = [0]
        let refusal = verificationRefusal(chain.der, trusting: [chain.trusted], profile: .rfc5280)
        #expect(refusal?.failure == .serialNumber(.zero))
    }

    @Test("X10: no profile lets a leaf sign a leaf")
    func leafAsIssuer() {
        for profile in VerificationProfile.all {
            for purpose in Purpose.allCases {
                var chain = TestPKI.goodChain()
                chain.root.pathLength = nil
                chain.issuing.pathLength = nil
                var victim = TestPKI.leaf("victim", serialNumber: [0x09])
                victim.authorityKeyIdentifier = .identifier(chain.leaf.subjectKeyIdentifier ?? [])
                let refusal = verificationRefusal(
                    [victim.der(signedBy: chain.leaf), chain.leafDER, chain.issuingDER], trusting: [chain.trusted],
                    for: purpose, profile: profile)
                #expect(refusal?.failure == .issuerIsNotAuthority)
            }
        }
    }

    @Test("a peer without a name goes by its subject, and proves no name that is asked for")
    func nameless() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = []
        let peer = try verify(chain.der, trusting: [chain.trusted], profile: .rfc5280)
        #expect(peer.identity == .subject(chain.leaf.subject))
        #expect(peer.names == [])
        let refusal = verificationRefusal(
            chain.der, trusting: [chain.trusted], as: ["dns:web"], profile: .rfc5280)
        #expect(refusal?.reason == "nameMismatch")
    }

    @Test(
        "CA/B TLS BR §7.1.4.3: a CommonName that stands for a name is a copy of it",
        arguments: [
            ("Web.example.internal", false), ("web.example.internal", true), ("mail.example.internal", false),
            ("web", true), ("example.org", true), ("Our Web Server", true), ("10.0.0.1", true), ("10.0.0.2", true),
            ("010.0.0.1", false), ("0x0A000001", false), ("10.1", false), ("2001:DB8::1", false),
            ("2001:0db8:0:0:0:0:0:1", false), ("2001:db8::1", true), ("wéb.example.internal", false),
        ])
    func commonName(_ text: String, _ isGood: Bool) throws {
        var chain = TestPKI.goodChain()
        chain.leaf.names = [
            .dns("web.example.internal"), .ip([10, 0, 0, 1]),
            .ip([0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        ]
        chain.leaf.subject = try DistinguishedName(commonName: text)
        guard isGood else {
            #expect(chain.refusal()?.reason == "commonNameBesideNames")
            try verify(chain.der, trusting: [chain.trusted], profile: .rfc5280)
            return
        }
        try chain.verified()
    }

    @Test("a CommonName beside a SPIFFE ID is a label, whatever it says")
    func commonNameBesideSPIFFE() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.subject = try DistinguishedName(commonName: "mail.example.internal")
        try chain.verified()
    }

    @Test("a wildcard below a public suffix is refused where the list is given, but for the suffix's own owner")
    func publicSuffix() throws {
        let suffixes = PublicSuffixes(list: "// a list\nuk\nco.uk\n*.ck\n!www.ck\ninternal\n")
        let strict = VerificationProfile.strict.refusingWildcards(under: suffixes)
        var chain = TestPKI.goodChain()
        for (name, isGood) in [
            ("*.co.uk", false), ("*.example.co.uk", true), ("*.any.ck", false), ("*.www.ck", true),
            ("web.co.uk", true), ("*.example.internal", true),
        ] {
            chain.leaf.names = [.dns(name)]
            try chain.verified()
            if isGood {
                try verify(chain.der, trusting: [chain.trusted], profile: strict)
            } else {
                let refusal = verificationRefusal(chain.der, trusting: [chain.trusted], profile: strict)
                #expect(refusal?.reason == "wildcardUnderPublicSuffix")
            }
        }
        chain.leaf.names = [.dns("*.co.uk"), .dns("co.uk")]
        try verify(chain.der, trusting: [chain.trusted], profile: strict)
    }
}
