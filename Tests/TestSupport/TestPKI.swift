import Foundation
public import SymbolonCertificates
public import SymbolonKeys
import SymbolonNames

/// Three certificates that make a good path at ``noon``, each open to being spoiled before the chain is built.
///
/// ```swift
/// var chain = TestPKI.goodChain()
/// chain.leaf.notAfter = noon - 1
/// let presented = chain.der
/// ```
public struct TestPKI: Sendable {
    public var root: CertificateSpec
    public var issuing: CertificateSpec
    public var leaf: CertificateSpec

    public static let trustDomain = "example.internal"

    /// A root of ten years, an issuing authority of one, and a leaf of a day for `spiffe://example.internal/web`,
    /// `web.example.internal` and 127.0.0.1 that may be either end of a TLS connection.
    public static func goodChain(_ algorithm: KeyAlgorithm = .p256) -> TestPKI {
        var root = CertificateSpec(
            subject: name("Test Root"), serialNumber: [0x01], validFrom: noon - 365 * .day, until: noon + 3650 * .day,
            key: TestKeys.key("root", algorithm))
        root.basicConstraints = BasicConstraints(isAuthority: true, pathLength: 1)
        root.keyUsage = [.keyCertSign, .crlSign]
        root.authorityKeyIdentifier = .absent

        var issuing = CertificateSpec(
            subject: name("Test Issuing"), serialNumber: [0x02], validFrom: noon - 30 * .day, until: noon + 335 * .day,
            key: TestKeys.key("issuing", algorithm))
        issuing.basicConstraints = BasicConstraints(isAuthority: true, pathLength: 0)
        issuing.keyUsage = [.keyCertSign, .crlSign]

        return TestPKI(root: root, issuing: issuing, leaf: leaf("web", serialNumber: [0x03], algorithm))
    }

    /// A leaf for `spiffe://example.internal/NAME`, `NAME.example.internal` and 127.0.0.1, valid for a day around noon.
    public static func leaf(_ name: String, serialNumber: [UInt8], _ algorithm: KeyAlgorithm = .p256) -> CertificateSpec
    {
        var leaf = CertificateSpec(
            subject: Self.name(name), serialNumber: serialNumber, validFrom: noon - 1 * .hour, until: noon + 23 * .hour,
            key: TestKeys.key(name, algorithm))
        leaf.keyUsage = .digitalSignature
        leaf.extendedKeyUsage = ExtendedKeyUsage(.serverAuth, .clientAuth)
        leaf.names = [
            .uri("spiffe://\(trustDomain)/\(name)"), .dns("\(name).\(trustDomain)"), .ip([127, 0, 0, 1]),
        ]
        return leaf
    }

    /// What a peer presents: the leaf, then the issuing certificate. Signed anew at each call, so keep the result.
    public var der: [[UInt8]] { [leafDER, issuingDER] }

    public var leafDER: [UInt8] { leaf.der(signedBy: issuing) }
    public var issuingDER: [UInt8] { issuing.der(signedBy: root) }
    public var rootDER: [UInt8] { root.selfSigned() }

    /// The root as a parsed certificate. A test that spoils the root beyond parsing uses ``rootDER``.
    public var anchor: Certificate {
        do {
            return try Certificate(der: rootDER)
        } catch {
            fatalError("the root was spoiled so that it does not parse: \(error.explanation)")
        }
    }

    /// `O=Symbolon Tests, CN=…`.
    public static func name(_ commonName: String) -> DistinguishedName {
        do {
            return try DistinguishedName(commonName: commonName, organization: "Symbolon Tests")
        } catch {
            fatalError("not a name: \(error.explanation)")
        }
    }
}
