import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification
import Testing

private let malformed = "malformed"
private let cut: [UInt8] = Array("not DER".utf8)

extension ObjectIdentifier {
    fileprivate static let authorityInformationAccess = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 1)
    fileprivate static let subjectInformationAccess = ObjectIdentifier(1, 3, 6, 1, 5, 5, 7, 1, 11)
    fileprivate static let freshestCRL = ObjectIdentifier(2, 5, 29, 46)
    fileprivate static let unknown = ObjectIdentifier(1, 3, 6, 1, 4, 1, 99999, 7)
}

@Suite("RFC 5280 §4.1, §4.2 and the rules of the Web: extension by extension")
struct CertificateFamily {
    @Test(
        "X25: authority and subject key identifiers",
        arguments: [
            Ruled("a leaf's that is another key's", rfc5280: nil, strict: "issuerKeyIdentifierDiffers") {
                $0.leaf.authorityKeyIdentifier = .identifier([7])
            },
            Ruled("an intermediate's that is another key's", rfc5280: nil, strict: "issuerKeyIdentifierDiffers") {
                $0.issuing.authorityKeyIdentifier = .identifier([7])
            },
            Ruled("the leaf has none", "keyIdentifierMissing") { $0.leaf.authorityKeyIdentifier = .absent },
            Ruled("the intermediate has none", "keyIdentifierMissing") { $0.issuing.authorityKeyIdentifier = .absent },
            Ruled("the leaf has no subject key identifier", nil) { $0.leaf.subjectKeyIdentifier = nil },
            Ruled("the root has no subject key identifier", "keyIdentifierMissing") {
                $0.root.subjectKeyIdentifier = nil
                $0.issuing.authorityKeyIdentifier = .identifier([1])
            },
            Ruled("critical, in the root", "extensionMustNotBeCritical") {
                $0.root.criticality[.subjectKeyIdentifier] = true
            },
            Ruled("a root that names itself", nil) { $0.root.authorityKeyIdentifier = .ofSigner },
            Ruled("a root that another key signed, under its own name, names none", "keyIdentifierMissing") {
                $0.root.signer = TestKeys.key("another root")
            },
            Ruled("a root that another root signed names none", "keyIdentifierMissing") {
                $0.root.signer = TestKeys.key("another root")
                $0.root.issuer = TestPKI.name("Another Root")
            },
            Ruled("a root that another root signed names that", nil) {
                $0.root.signer = TestKeys.key("another root")
                $0.root.issuer = TestPKI.name("Another Root")
                $0.root.authorityKeyIdentifier = .identifier(TestKeys.key("another root").publicKey.keyIdentifier)
            },
            Ruled("not DER", malformed) { $0.leaf.rawValues[.subjectKeyIdentifier] = cut },
            Ruled("not DER, the authority's", malformed) { $0.leaf.rawValues[.authorityKeyIdentifier] = cut },
            // [1] with one dNSName, and no [2].
            Ruled("an issuer without its serial number", malformed) {
                $0.leaf.rawValues[.authorityKeyIdentifier] = [0x30, 0x05, 0xA1, 0x03, 0x82, 0x01, 0x61]
            },
            Ruled("nothing but a serial number and an issuer", "keyIdentifierMissing") {
                $0.leaf.rawValues[.authorityKeyIdentifier] = [
                    0x30, 0x08, 0xA1, 0x03, 0x82, 0x01, 0x61, 0x82, 0x01, 0x05,
                ]
            },
        ] as [Ruled])
    func keyIdentifiers(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "basicConstraints and keyUsage",
        arguments: [
            Ruled("the root says that it is none", "issuerIsNotAuthority") { $0.root.isAuthority = false },
            Ruled("the root has no basicConstraints", "issuerIsNotAuthority") { $0.root.basicConstraints = nil },
            Ruled("not critical, in the root", "extensionMustBeCritical") {
                $0.root.criticality[.basicConstraints] = false
            },
            Ruled("the root may not sign certificates", "issuerMayNotSignCertificates") { $0.root.keyUsage = .crlSign },
            Ruled("the root has no keyUsage", "issuerMayNotSignCertificates") { $0.root.keyUsage = nil },
            Ruled("cA FALSE written out, which DER forbids", malformed) {
                $0.leaf.basicConstraints = BasicConstraints(isAuthority: false)
                $0.leaf.rawValues[.basicConstraints] = [0x30, 0x03, 0x01, 0x01, 0x00]
            },
            Ruled("cA TRUE as 1, which DER forbids", malformed) {
                $0.issuing.rawValues[.basicConstraints] = [0x30, 0x03, 0x01, 0x01, 0x01]
            },
            Ruled("a negative path length", malformed) {
                $0.issuing.rawValues[.basicConstraints] = [0x30, 0x06, 0x01, 0x01, 0xFF, 0x02, 0x01, 0xFF]
            },
            Ruled("X10: an authority as a leaf, its path length spent", rfc5280: nil, strict: "leafIsAuthority") {
                $0.leaf.basicConstraints = BasicConstraints(isAuthority: true, pathLength: 0)
                $0.leaf.keyUsage = [.digitalSignature, .keyCertSign]
            },
            Ruled("a leaf without keyUsage", nil) {
                $0.leaf.names.removeFirst()
                $0.leaf.keyUsage = nil
            },
            Ruled("keyUsage not critical", nil) { $0.leaf.criticality[.keyUsage] = false },
            Ruled("keyUsage without a bit", malformed) { $0.leaf.rawValues[.keyUsage] = [0x03, 0x01, 0x00] },
            Ruled("keyUsage with a zero at its end", malformed) {
                $0.leaf.rawValues[.keyUsage] = [0x03, 0x02, 0x00, 0x80]
            },
            Ruled("keyUsage not DER", malformed) { $0.leaf.rawValues[.keyUsage] = cut },
            Ruled("basicConstraints not DER", malformed) { $0.issuing.rawValues[.basicConstraints] = cut },
        ] as [Ruled])
    func authority(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "extendedKeyUsage",
        arguments: [
            Ruled("of a client", "extendedKeyUsageUnfit") { $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.clientAuth) },
            Ruled("none", rfc5280: nil, strict: "extendedKeyUsageMissing") { $0.leaf.extendedKeyUsage = nil },
            Ruled("any", rfc5280: nil, strict: "extendedKeyUsageUnrestricted") {
                $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.any)
            },
            Ruled("any beside the right one", rfc5280: nil, strict: "extendedKeyUsageUnrestricted") {
                $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.serverAuth, .any)
            },
            Ruled("an unknown one alone", "extendedKeyUsageUnfit") {
                $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.unknown(.unknown))
            },
            Ruled("an unknown one beside", nil) {
                $0.leaf.extendedKeyUsage = ExtendedKeyUsage(.unknown(.unknown), .serverAuth)
            },
            Ruled("an empty list", malformed) { $0.leaf.rawValues[.extendedKeyUsage] = [0x30, 0x00] },
            Ruled("critical, on the Web", rfc5280: nil, strict: "extensionMustNotBeCritical") {
                $0.leaf.names.removeFirst()
                $0.leaf.criticality[.extendedKeyUsage] = true
            },
            Ruled("of the intermediate, another", "extendedKeyUsageUnfit") {
                $0.issuing.extendedKeyUsage = ExtendedKeyUsage(.clientAuth)
            },
            Ruled("of the root, another", "extendedKeyUsageUnfit") {
                $0.root.extendedKeyUsage = ExtendedKeyUsage(.emailProtection)
            },
            Ruled("of the root, the right one", rfc5280: nil, strict: "extendedKeyUsageOnRoot") {
                $0.root.extendedKeyUsage = ExtendedKeyUsage(.serverAuth)
            },
        ] as [Ruled])
    func purposes(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "X12: critical, unknown, repeated and broken extensions, wherever they stand",
        arguments: [
            Ruled("in the root", "criticalExtensionUnknown") {
                $0.root.set(.unknown, isCritical: true, to: [5, 0])
            },
            Ruled("in the intermediate", "criticalExtensionUnknown") {
                $0.issuing.set(.unknown, isCritical: true, to: [5, 0])
            },
            Ruled("in the leaf", "criticalExtensionUnknown") { $0.leaf.set(.unknown, isCritical: true, to: [5, 0]) },
            Ruled("not critical, everywhere", nil) {
                $0.root.set(.unknown, isCritical: false, to: [5, 0])
                $0.issuing.set(.unknown, isCritical: false, to: [])
                $0.leaf.set(.unknown, isCritical: false, to: cut)
            },
            Ruled("twice, and unknown", malformed) {
                let one = Extension(.unknown, isCritical: false, value: [5, 0])
                $0.leaf.otherExtensions = [one, one]
            },
            Ruled("twice, in the root", "issuerUnknown") { $0.root.otherExtensions = [.keyUsage(.keyCertSign)] },
            // RFC 5280 §4.2.2.1: MUST be non-critical.
            Ruled("authority information access, critical", "criticalExtensionUnknown") {
                $0.leaf.set(
                    .authorityInformationAccess, isCritical: true,
                    to: [0x30, 0x0F, 0x30, 0x0D, 0x06, 0x08, 0x2B, 6, 1, 5, 5, 7, 0x30, 1, 0x86, 1, 0x61])
            },
            Ruled("authority information access", nil) {
                $0.leaf.set(
                    .authorityInformationAccess, isCritical: false,
                    to: [0x30, 0x0F, 0x30, 0x0D, 0x06, 0x08, 0x2B, 6, 1, 5, 5, 7, 0x30, 1, 0x86, 1, 0x61])
            },
            Ruled("authority information access, broken", malformed) {
                $0.leaf.set(.authorityInformationAccess, isCritical: false, to: cut)
            },
            Ruled("authority information access, empty", malformed) {
                $0.leaf.set(.authorityInformationAccess, isCritical: false, to: [0x30, 0x00])
            },
            Ruled("authority information access, broken in the intermediate", malformed) {
                $0.issuing.set(.authorityInformationAccess, isCritical: false, to: cut)
            },
            // RFC 5280 §4.2.2.2 and §4.2.1.15: MUST be non-critical.
            Ruled("subject information access, critical", "criticalExtensionUnknown") {
                $0.issuing.set(.subjectInformationAccess, isCritical: true, to: [5, 0])
            },
            Ruled("freshest list, critical", "criticalExtensionUnknown") {
                $0.leaf.set(.freshestCRL, isCritical: true, to: [5, 0])
            },
            Ruled("names not DER", malformed) { $0.leaf.rawValues[.subjectAlternativeName] = cut },
            Ruled("an empty list of names", malformed) { $0.leaf.rawValues[.subjectAlternativeName] = [0x30, 0x00] },
            Ruled("policy constraints not critical", "extensionMustBeCritical") {
                $0.issuing.set(.policyConstraints, isCritical: false, to: [0x30, 0x03, 0x80, 0x01, 0x05])
            },
            Ruled("policy constraints, empty", malformed) {
                $0.issuing.set(.policyConstraints, isCritical: true, to: [0x30, 0x00])
            },
            Ruled("a policy twice", malformed) {
                $0.leaf.set(
                    .certificatePolicies, isCritical: false,
                    to: [0x30, 0x0C, 0x30, 4, 6, 2, 0x2A, 3, 0x30, 4, 6, 2, 0x2A, 3])
            },
        ] as [Ruled])
    func extensions(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "X12, X18, X25: the fields of the certificate",
        arguments: [
            Ruled("version 1, the leaf", "notVersion3") {
                $0.leaf.version = 1
                $0.leaf.dropExtensions()
            },
            Ruled("version 1, the root", "notVersion3") {
                $0.root.version = 1
                $0.root.dropExtensions()
            },
            Ruled("an empty subject of the root", "authoritySubjectEmpty") {
                $0.root.subject = .empty
                $0.root.issuer = TestPKI.name("Older Root")
                $0.root.authorityKeyIdentifier = .identifier([7])
            },
            Ruled("an empty issuer of the leaf", "authoritySubjectEmpty") {
                $0.issuing.subject = .empty
                $0.leaf.issuer = .empty
            },
            Ruled("an empty subject, and names not critical", "subjectAlternativeNameNotCritical") {
                $0.leaf.subject = .empty
                $0.leaf.criticality[.subjectAlternativeName] = false
            },
            Ruled("an empty subject and no names", "subjectAlternativeNameNotCritical") {
                $0.leaf.subject = .empty
                $0.leaf.names = []
            },
            Ruled("serial number zero, in the root", nil) { $0.root.serialNumber = [0] },
            Ruled("a serial number of 21 octets, in the intermediate", "serialNumber") {
                $0.issuing.serialNumber = [UInt8](repeating: 1, count: 21)
            },
            Ruled("an expired root", "expired") { $0.root.notAfter = noon - 1 },
            Ruled("a root that begins tomorrow", "notYetValid") { $0.root.notBefore = noon + 1 },
            Ruled("the last second of a leaf", nil) { $0.leaf.notAfter = noon },
            Ruled("the first second of a leaf", nil) { $0.leaf.notBefore = noon },
            Ruled("X18: no expiry", nil) {
                $0.root.notAfter = CertificateTime.noExpiry.date
                $0.issuing.notAfter = CertificateTime.noExpiry.date
                $0.leaf.notAfter = CertificateTime.noExpiry.date
            },
            Ruled("X18: UTCTime from 1950 on", nil) { $0.leaf.notBefore = noon - 27_700 * .day },
        ] as [Ruled])
    func fields(_ ruled: Ruled) throws { try ruled.check() }

    @Test(
        "X16, X13: keys that are not believed, refused before a signature is looked at",
        arguments: [
            Ruled("RSA of 1024 bits, in the leaf", "keyNotAllowed") { $0.leaf.subjectPublicKeyInfo = RSA.key(1024) },
            Ruled("RSA of 1024 bits, in the root", "keyNotAllowed") { $0.root.subjectPublicKeyInfo = RSA.key(1024) },
            Ruled("RSA of 16,384 bits", "keyNotAllowed") { $0.leaf.subjectPublicKeyInfo = RSA.key(16_384) },
            Ruled("RSA of 2055 bits", rfc5280: nil, strict: "rsaModulusNotWholeOctets") {
                $0.leaf.subjectPublicKeyInfo = RSA.key(2055)
            },
            Ruled("RSA of 2056 bits", nil) { $0.leaf.subjectPublicKeyInfo = RSA.key(2056) },
            Ruled("RSA with an even modulus", "keyNotAllowed") {
                $0.leaf.subjectPublicKeyInfo = RSA.key(2048, last: 0xFE)
            },
            Ruled("RSA with exponent 1", "keyNotAllowed") {
                $0.leaf.subjectPublicKeyInfo = RSA.key(2048, exponent: [1])
            },
            Ruled("RSA with exponent 2", "keyNotAllowed") {
                $0.leaf.subjectPublicKeyInfo = RSA.key(2048, exponent: [2])
            },
            Ruled("RSA with exponent 2^64 + 1", "keyNotAllowed") {
                $0.leaf.subjectPublicKeyInfo = RSA.key(2048, exponent: [1, 0, 0, 0, 0, 0, 0, 0, 1])
            },
            Ruled("a curve of 192 bits", "keyNotAllowed") { $0.leaf.subjectPublicKeyInfo = RSA.p192 },
            Ruled("a curve of 192 bits, in the root", "keyNotAllowed") { $0.root.subjectPublicKeyInfo = RSA.p192 },
            Ruled("DSA", "keyNotAllowed") { $0.leaf.subjectPublicKeyInfo = RSA.dsa },
        ] as [Ruled])
    func keys(_ ruled: Ruled) throws {
        try ruled.check()
    }

    @Test("CA/B TLS BR §7.1.3.2: a root on the Web that MD5 signed is refused; SHA-1 it may have from the first")
    func rootSignature() throws {
        let md5: [UInt8] = [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x04, 0x05, 0x00]
        for (arc, strict) in [(UInt8(0x04), "algorithmNotAllowed" as String?), (0x05, nil)] {
            try Ruled("1.2.840.113549.1.1.\(arc)", rfc5280: nil, strict: strict) { chain in
                var algorithm = md5
                algorithm[12] = arc
                chain.root.innerAlgorithm = algorithm
                chain.root.outerAlgorithm = algorithm
            }.check()
        }
    }
}

/// Keys written by hand.
private enum RSA {
    static let p192: [UInt8] =
        [
            0x30, 0x49, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48,
            0xCE, 0x3D, 0x03, 0x01, 0x01, 0x03, 0x32, 0x00, 0x04,
        ] + [UInt8](repeating: 0x5A, count: 48)

    static let dsa: [UInt8] =
        [0x30, 0x10, 0x30, 0x09, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01, 0x03, 0x03, 0x00, 0x02, 0x01]

    static func key(_ bits: Int, last: UInt8 = 0xFF, exponent: [UInt8] = [1, 0, 1]) -> [UInt8] {
        var modulus = [UInt8](repeating: 0xA5, count: (bits + 7) / 8)
        let top = (bits - 1) % 8
        modulus[0] = modulus[0] & (1 << top &- 1) | 1 << top
        modulus[modulus.count - 1] = last
        let numbers = element(0x30, element(0x02, positive(modulus)) + element(0x02, positive(exponent)))
        let algorithm: [UInt8] = [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01, 5, 0]
        return element(0x30, algorithm + element(0x03, [0] + numbers))
    }

    private static func positive(_ magnitude: [UInt8]) -> [UInt8] { magnitude[0] < 0x80 ? magnitude : [0] + magnitude }

    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        if content.count < 0x80 { return [tag, UInt8(content.count)] + content }
        if content.count < 0x100 { return [tag, 0x81, UInt8(content.count)] + content }
        return [tag, 0x82, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
    }
}

extension CertificateSpec {
    /// As a certificate of version 1 has none.
    fileprivate mutating func dropExtensions() {
        basicConstraints = nil
        keyUsage = nil
        extendedKeyUsage = nil
        names = []
        subjectKeyIdentifier = nil
        authorityKeyIdentifier = .absent
    }
}
