import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonTestSupport
import Testing

@Suite("RFC 5280 §4.1: a certificate is read as it was written")
struct CertificateTests {
    @Test("every field of a good leaf", arguments: KeyAlgorithm.allCases)
    func fields(_ algorithm: KeyAlgorithm) throws {
        let chain = TestPKI.goodChain(algorithm)
        let encoded = chain.leafDER
        let leaf = try Certificate(der: encoded)
        #expect(leaf.der == encoded)
        #expect(leaf.version == 3)
        #expect(leaf.serialNumber.contents == [0x03])
        #expect(leaf.signatureAlgorithm == .known(algorithm.signatureAlgorithm))
        #expect(leaf.signatureAlgorithmFailure == nil)
        #expect(leaf.issuer == chain.issuing.subject)
        #expect(leaf.subject == chain.leaf.subject)
        #expect(!leaf.isSelfIssued)
        #expect(leaf.notBefore == noon - 1 * .hour)
        #expect(leaf.notAfter == noon + 23 * .hour)
        #expect(leaf.publicKey == chain.leaf.key.publicKey)
        #expect(leaf.publicKeyFailure == nil)
        #expect(leaf.subjectPublicKeyInfo == chain.leaf.key.publicKey.subjectPublicKeyInfo)
        #expect(leaf.extensions.basicConstraints == nil)
        #expect(leaf.extensions.keyUsage == .digitalSignature)
        #expect(leaf.extensions.extendedKeyUsage == ExtendedKeyUsage(.serverAuth, .clientAuth))
        #expect(leaf.extensions.subjectAlternativeNames == chain.leaf.names)
        #expect(leaf.extensions.subjectKeyIdentifier == chain.leaf.key.publicKey.keyIdentifier)
        #expect(leaf.extensions.authorityKeyIdentifier?.keyIdentifier == chain.issuing.key.publicKey.keyIdentifier)
        #expect(leaf.extensions.unknownCritical.isEmpty)
        #expect(leaf.isSigned(by: chain.issuing.key.publicKey))
        #expect(!leaf.isSigned(by: chain.root.key.publicKey))
        #expect(chain.anchor.isSelfIssued)
        #expect(chain.anchor.extensions.basicConstraints == BasicConstraints(isAuthority: true, pathLength: 1))
    }

    @Test("a slice of other bytes parses as the bytes alone do")
    func slice() throws {
        let encoded = TestPKI.goodChain().leafDER
        let slice = ([0xAA, 0xBB] + encoded)[2...]
        #expect(try Certificate(der: slice) == Certificate(der: encoded))
        #expect(try Certificate(der: slice).tbsBytes == Certificate(der: encoded).tbsBytes)
    }

    @Test("equality and fingerprint are of the bytes")
    func identity() throws {
        let encoded = TestPKI.goodChain().leafDER
        let (one, other) = (try Certificate(der: encoded), try Certificate(der: encoded))
        #expect(one == other)
        #expect(one.fingerprint == other.fingerprint)
        #expect(one.fingerprint.description.count == 64)
        #expect(try one != Certificate(der: TestPKI.goodChain().issuingDER))
    }

    @Test("the end of validity without end is read as such")
    func noExpiry() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.notAfter = CertificateTime.noExpiry.date
        #expect(try Certificate(der: chain.leafDER).validity.notAfter == .noExpiry)
    }

    @Test("X18: a year up to 2049 in the wrong form is a fact for the verifier")
    func timeForm() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.timeForm = .generalizedTime
        let wrong = try Certificate(der: chain.leafDER)
        #expect(wrong.notAfter == noon + 23 * .hour)
        #expect(!wrong.validity.notBefore.isInRequiredForm)
        #expect(!wrong.validity.notAfter.isInRequiredForm)
        let right = try Certificate(der: TestPKI.goodChain().leafDER)
        #expect(right.validity.notBefore.isInRequiredForm)
    }

    @Test("versions 1 and 2 are facts for the verifier, and version 4 does not exist")
    func versions() throws {
        var chain = TestPKI.goodChain()
        for version in 1...3 {
            chain.leaf.version = version
            #expect(try Certificate(der: chain.leafDER).version == version)
        }
        chain.leaf.version = 4
        #expect(throws: CertificateFailure.unknownVersion(3)) { try Certificate(der: chain.leafDER) }
    }

    @Test("X12: the algorithms inside and outside must be the same")
    func algorithmMismatch() {
        var chain = TestPKI.goodChain()
        let outer = SignatureAlgorithm.ecdsaSHA384.identifier
        chain.leaf.outerAlgorithm = outer
        #expect(
            throws: CertificateFailure.algorithmMismatch(
                signed: SignatureAlgorithm.ecdsaSHA256.identifier, outer: outer)
        ) { try Certificate(der: chain.leafDER) }
        chain.leaf.outerAlgorithm = nil
        chain.leaf.innerAlgorithm = outer
        #expect(
            throws: CertificateFailure.algorithmMismatch(
                signed: outer, outer: SignatureAlgorithm.ecdsaSHA256.identifier)
        ) { try Certificate(der: chain.leafDER) }
    }

    @Test("an algorithm that is weak or unknown is a fact for the verifier, with its reason")
    func unsupportedAlgorithms() throws {
        let sha1 = der(0x30, der(0x06, ObjectIdentifier(1, 2, 840, 10_045, 4, 1).contents))
        let unknown = der(0x30, der(0x06, ObjectIdentifier(1, 3, 6, 1, 4, 1, 99_999).contents))
        for (identifier, oid, failure) in [
            (sha1, "1.2.840.10045.4.1", KeyFailure.refusedSignatureAlgorithm(name: "ecdsa-with-SHA1")),
            (unknown, "1.3.6.1.4.1.99999", .unsupportedSignatureAlgorithm(oid: "1.3.6.1.4.1.99999")),
        ] {
            var chain = TestPKI.goodChain()
            chain.leaf.innerAlgorithm = identifier
            chain.leaf.outerAlgorithm = identifier
            let leaf = try Certificate(der: chain.leafDER)
            #expect(leaf.signatureAlgorithm == .unsupported(oid: oid))
            #expect(leaf.signatureAlgorithmFailure == failure)
            #expect(!leaf.isSigned(by: chain.issuing.key.publicKey))
        }
    }

    @Test("X13: a key with explicit curve parameters is a fact for the verifier, by name")
    func unsupportedKeys() throws {
        var chain = TestPKI.goodChain()
        let ecPublicKey = der(0x06, ObjectIdentifier(1, 2, 840, 10_045, 2, 1).contents)
        let point = chain.leaf.key.publicKey.subjectPublicKeyInfo.suffix(65)
        chain.leaf.subjectPublicKeyInfo = der(
            0x30, der(0x30, ecPublicKey, der(0x30, [0x02, 0x01, 0x01])), der(0x03, [0] + point))
        let leaf = try Certificate(der: chain.leafDER)
        #expect(leaf.publicKey == nil)
        #expect(leaf.publicKeyFailure == .explicitCurveParameters)
    }

    @Test("a broken signature parses and does not verify")
    func brokenSignature() throws {
        var chain = TestPKI.goodChain()
        chain.leaf.breaksSignature = true
        #expect(try !Certificate(der: chain.leafDER).isSigned(by: chain.issuing.key.publicKey))
    }

    @Test("a certificate without extensions has none, and an empty list of them is refused")
    func noExtensions() throws {
        var chain = TestPKI.goodChain()
        chain.leaf = CertificateSpec(
            subject: chain.leaf.subject, serialNumber: [1], validFrom: noon, until: noon + 1, key: chain.leaf.key)
        chain.leaf.subjectKeyIdentifier = nil
        chain.leaf.authorityKeyIdentifier = .absent
        #expect(try Certificate(der: chain.leafDER).extensions.all.isEmpty)
    }

    @Test("bytes beyond the bound are not looked at")
    func tooLarge() {
        let octets = Certificate.largest + 1
        #expect(throws: CertificateFailure.tooLarge(octets: octets, limit: Certificate.largest)) {
            try Certificate(der: [UInt8](repeating: 0x30, count: octets))
        }
    }
}
