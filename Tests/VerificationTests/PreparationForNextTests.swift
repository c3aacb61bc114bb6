import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import SymbolonVerification
import Testing

@Suite("RFC 5280 §6.1.4: who may issue")
struct PreparationForNext {
    @Test(
        "refuses",
        arguments: [
            Spoiled("X10: an issuer that is not an authority", .issuerIsNotAuthority, at: .intermediate(1)) {
                $0.issuing.isAuthority = false
            },
            Spoiled("X10: an issuer without basicConstraints", .issuerIsNotAuthority, at: .intermediate(1)) {
                $0.issuing.basicConstraints = nil
            },
            Spoiled(
                "X10: an issuer without keyCertSign", .issuerMayNotSignCertificates(.crlSign), at: .intermediate(1)
            ) { $0.issuing.keyUsage = .crlSign },
            Spoiled("X10: an issuer without keyUsage", .issuerMayNotSignCertificates(nil), at: .intermediate(1)) {
                $0.issuing.keyUsage = nil
            },
            Spoiled(
                "X10: an issuer whose basicConstraints may be passed over", .extensionMustBeCritical(.basicConstraints),
                at: .intermediate(1)
            ) { $0.issuing.criticality[.basicConstraints] = false },
            Spoiled("an anchor that is not an authority", .issuerIsNotAuthority, at: .anchor) {
                $0.root.isAuthority = false
            },
            Spoiled("an anchor without keyCertSign", .issuerMayNotSignCertificates(.crlSign), at: .anchor) {
                $0.root.keyUsage = .crlSign
            },
            Spoiled("X10: a path longer than the anchor allows", .pathLengthExceeded(limit: 0), at: .intermediate(1)) {
                $0.root.pathLength = 0
            },
            Spoiled(
                "an issuer without its key identifier", .keyIdentifierMissing(.subjectKeyIdentifier),
                at: .intermediate(1)
            ) {
                $0.issuing.subjectKeyIdentifier = nil
                $0.leaf.authorityKeyIdentifier = .identifier([1])
            },
            Spoiled(
                "a leaf without its issuer's key identifier", .keyIdentifierMissing(.authorityKeyIdentifier), at: .leaf
            ) { $0.leaf.authorityKeyIdentifier = .absent },
            Spoiled(
                "a key identifier marked critical", .extensionMustNotBeCritical(.subjectKeyIdentifier),
                at: .intermediate(1)
            ) { $0.issuing.criticality[.subjectKeyIdentifier] = true },
            Spoiled(
                "an issuer's key identifier marked critical", .extensionMustNotBeCritical(.authorityKeyIdentifier),
                at: .leaf
            ) { $0.leaf.criticality[.authorityKeyIdentifier] = true },
            Spoiled(
                "a root that says another key signed it",
                .keyIdentifiersDiffer(authority: [9], subject: TestKeys.key("root").publicKey.keyIdentifier),
                at: .anchor
            ) { $0.root.authorityKeyIdentifier = .identifier([9]) },
        ])
    func refusal(_ spoiled: Spoiled) { spoiled.check() }

    @Test("X10: a leaf cannot sign a leaf")
    func leafAsIssuer() throws {
        let chain = TestPKI.goodChain()
        var victim = TestPKI.leaf("victim", serialNumber: [0x66])
        victim.key = TestKeys.key("attacker")
        let forged = victim.der(signedBy: chain.leaf)
        let presented = [forged, chain.leafDER, chain.issuingDER]
        let refusal = verificationRefusal(presented, trusting: [chain.trusted])
        // The issuing authority allows no intermediate below itself, and the leaf is none: either would do.
        #expect(refusal?.failure == .pathLengthExceeded(limit: 0))
        #expect(refusal?.place == .intermediate(1))

        var open = chain
        open.issuing.pathLength = nil
        open.root.pathLength = nil
        let second = verificationRefusal(
            [forged, open.leafDER, open.issuingDER], trusting: [open.trusted])
        #expect(second?.failure == .issuerIsNotAuthority)
        #expect(second?.place == .intermediate(1))

        try verify([victim.der(signedBy: open.issuing), open.issuingDER], trusting: [open.trusted])
    }

    @Test("X10: pathLen counts the intermediates below, and those that issue to themselves do not count")
    func pathLength() throws {
        let anchor = root("Path Root")
        var limited = authority("Limited")
        limited.pathLength = 1
        // The same authority under a new key, certified by its old one: self-issued (RFC 5280 §4.2.1.9).
        var rolled = authority("Limited", key: "Limited, second key", serialNumber: 0x11)
        rolled.pathLength = 1
        let below = authority("Below", serialNumber: 0x12)
        let deeper = authority("Deeper", serialNumber: 0x13)
        let leaf = TestPKI.leaf("web", serialNumber: [0x14])
        let trusted = [TrustAnchor(anchor.parsedRoot, for: domain)]

        let allowed = [
            leaf.der(signedBy: below), below.der(signedBy: rolled), rolled.der(signedBy: limited),
            limited.der(signedBy: anchor),
        ]
        try verify(allowed, trusting: trusted)

        let tooLong = [
            leaf.der(signedBy: deeper), deeper.der(signedBy: below), below.der(signedBy: limited),
            limited.der(signedBy: anchor),
        ]
        let refusal = verificationRefusal(tooLong, trusting: trusted)
        #expect(refusal?.failure == .pathLengthExceeded(limit: 1))
        #expect(refusal?.place == .intermediate(1))
    }

    @Test("X26: an authority that issued to itself says by which of its keys; only who signed itself need not")
    func selfIssuedKeyIdentifier() throws {
        let anchor = root("Path Root")
        let limited = authority("Limited")
        var rolled = authority("Limited", key: "Limited, second key", serialNumber: 0x11)
        let trusted = [TrustAnchor(anchor.parsedRoot, for: domain)]
        func chain() -> [[UInt8]] {
            [
                TestPKI.leaf("web", serialNumber: [0x14]).der(signedBy: rolled), rolled.der(signedBy: limited),
                limited.der(signedBy: anchor),
            ]
        }
        try verify(chain(), trusting: trusted)
        rolled.authorityKeyIdentifier = .absent
        let refusal = verificationRefusal(chain(), trusting: trusted)
        #expect(refusal?.failure == .keyIdentifierMissing(.authorityKeyIdentifier))
        #expect(refusal?.place == .intermediate(1))
    }
}

@Suite("RFC 5280 §4.2: critical extensions")
struct CriticalExtensions {
    static let unknown = ObjectIdentifier(1, 3, 6, 1, 4, 1, 55_738, 666, 1)

    @Test(
        "X12: an unknown critical extension refuses the certificate that has it",
        arguments: [
            Spoiled("in the leaf", .criticalExtensionUnknown(oid: unknown.description), at: .leaf) {
                $0.leaf.otherExtensions = [Extension(unknown, isCritical: true, value: [5, 0])]
            },
            Spoiled("in the intermediate", .criticalExtensionUnknown(oid: unknown.description), at: .intermediate(1)) {
                $0.issuing.otherExtensions = [Extension(unknown, isCritical: true, value: [5, 0])]
            },
            Spoiled("in the anchor", .criticalExtensionUnknown(oid: unknown.description), at: .anchor) {
                $0.root.otherExtensions = [Extension(unknown, isCritical: true, value: [5, 0])]
            },
            Spoiled(
                "authority information access, which is read for its form only",
                .criticalExtensionUnknown(oid: "1.3.6.1.5.5.7.1.1"), at: .leaf
            ) {
                let location: [UInt8] = [
                    0x30, 0x10, 0x30, 0x0E, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x86, 0x02,
                    0x61,
                    0x3A,
                ]
                $0.leaf.otherExtensions = [
                    Extension(.authorityInformationAccess, isCritical: true, value: location)
                ]
            },
        ])
    func refusal(_ spoiled: Spoiled) { spoiled.check() }

    @Test("X12: the same extension, not critical, is passed over")
    func notCritical() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.otherExtensions = [Extension(Self.unknown, isCritical: false, value: [5, 0])]
        try chain.verified()
    }

    @Test("X12: an unknown critical extension in a certificate that no path needs changes nothing")
    func unrelated() throws {
        let chain = TestPKI.goodChain()
        var stray = authority("Stray")
        stray.otherExtensions = [Extension(Self.unknown, isCritical: true, value: [5, 0])]
        try verify(chain.der + [stray.der(signedBy: chain.root)], trusting: [chain.trusted])
    }

    @Test("X12: a duplicate extension, a version 1 authority, an empty issuer, and algorithms that differ are refused")
    func malformed() throws {
        var duplicate = TestPKI.goodChain()
        duplicate.leaf.otherExtensions = [.keyUsage(.digitalSignature)]
        #expect(duplicate.refusal()?.failure == .malformed(.duplicateExtension(.keyUsage)))

        var old = TestPKI.goodChain()
        old.issuing.version = 1
        #expect(old.refusal()?.failure == .notVersion3(found: 1))
        #expect(old.refusal()?.place == .intermediate(1))

        var anonymous = TestPKI.goodChain()
        anonymous.issuing.subject = .empty
        anonymous.issuing.isAuthority = true
        #expect(anonymous.refusal()?.failure == .authoritySubjectEmpty)

        var mixed = TestPKI.goodChain()
        mixed.leaf.innerAlgorithm = SignatureAlgorithm.ecdsaSHA384.identifier
        guard case .malformed(.algorithmMismatch) = mixed.refusal()?.failure else {
            Issue.record("inner and outer algorithm differ, and that was not the refusal")
            return
        }
    }
}
