import Foundation
public import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonWire

/// The authority of a home folder with its keys in hand: signs what the authority itself would never issue.
public struct HomeAuthority: Sendable {
    /// As signers: their names and keys are the real ones, the rest is not looked at.
    public let root: CertificateSpec
    public let issuing: CertificateSpec
    /// The certificate that the authority's own leaves are presented with.
    public let issuingDER: [UInt8]

    /// - Parameters:
    ///   - home: the folder, whose keys are sealed under the passphrase in it.
    ///   - chain: a PEM file with a leaf that the authority issued, then the issuing certificate.
    ///   - anchors: a PEM file with the root.
    public init(home: String, chain: String, anchors: String) throws {
        let passphrase = Passphrase(copying: Array(try Self.text(home + "/passphrase").utf8).filter { $0 != 0x0A })
        let issuing = try CertificateBundle(pem: try Self.text(chain)).certificates[1]
        let root = try CertificateBundle(pem: try Self.text(anchors)).certificates[0]
        issuingDER = issuing.der
        self.root = try Self.signer(root, try Self.key("\(home)/keys/root.key.pem", passphrase))
        self.issuing = try Self.signer(issuing, try Self.key("\(home)/keys/issuing.key.pem", passphrase))
    }

    /// A good leaf for `spiffe://example.internal/NAME` that is valid now, for one purpose.
    public static func leaf(_ name: String, for purpose: KeyPurpose, serialNumber: UInt64) -> CertificateSpec {
        let number = (0..<8).map { UInt8(truncatingIfNeeded: serialNumber >> (56 - 8 * $0)) }
        var leaf = TestPKI.leaf(name, serialNumber: [0x7E] + number)
        leaf.extendedKeyUsage = ExtendedKeyUsage(purpose)
        leaf.names = [.uri("spiffe://\(TestPKI.trustDomain)/\(name)"), .dns("\(name).\(TestPKI.trustDomain)")]
        leaf.isValidNow()
        return leaf
    }

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
    }

    private static func key(_ path: String, _ passphrase: Passphrase) throws -> SigningKey {
        let block = try PEM.parse(try text(path)).first
        return try EncryptedPrivateKey.open(block?.bytes ?? [], with: passphrase)
    }

    private static func signer(_ certificate: Certificate, _ key: SigningKey) throws -> CertificateSpec {
        var spec = CertificateSpec(
            subject: certificate.subject, serialNumber: certificate.serialNumber.contents,
            validFrom: certificate.notBefore, until: certificate.notAfter, key: key)
        spec.subjectKeyIdentifier = certificate.extensions.subjectKeyIdentifier.map { Array($0) }
        return spec
    }
}

extension CertificateSpec {
    /// From an hour ago to a day ahead by the machine's clock, in whole seconds.
    public mutating func isValidNow() {
        let now = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down))
        (notBefore, notAfter) = (now - 1 * .hour, now + 23 * .hour)
    }
}
