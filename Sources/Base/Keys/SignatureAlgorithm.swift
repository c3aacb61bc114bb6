import SwiftASN1

/// The signature algorithms that are believed. SHA-1, MD5 and their like have no case: they are refused by name.
public enum SignatureAlgorithm: Hashable, Sendable, CaseIterable {
    case ecdsaSHA256, ecdsaSHA384, ecdsaSHA512
    case ed25519
    /// RSASSA-PKCS1-v1_5.
    case rsaSHA256, rsaSHA384, rsaSHA512
    /// RSASSA-PSS with MGF1 over the same hash and a salt as long as the hash.
    case rsaPSSSHA256, rsaPSSSHA384, rsaPSSSHA512
    case mlDSA65, mlDSA87

    /// Parses the DER of an AlgorithmIdentifier.
    ///
    /// RFC 5758 §3.2: ECDSA without parameters. RFC 8410 §3: Ed25519 without parameters. RFC 9881 §3: ML-DSA without
    /// parameters. RFC 4055 §5: RSA with NULL, and absent parameters must be accepted; §3.1: RSASSA-PSS with its own.
    /// - Throws: `KeyFailure.refusedSignatureAlgorithm` with the name when the algorithm is known to be weak.
    public init(identifier der: some Collection<UInt8>) throws(KeyFailure) {
        let bytes = [UInt8](der)
        guard bytes.count <= Self.maximumIdentifierOctets else {
            throw .tooLarge(structure: "AlgorithmIdentifier", octets: bytes.count, limit: Self.maximumIdentifierOctets)
        }
        if let known = Self.byIdentifier[bytes] {
            self = known
            return
        }
        let root: ASN1Node
        do { root = try DER.parse(bytes) } catch {
            throw .malformed(structure: "AlgorithmIdentifier", field: "encoding")
        }
        let identifier = try AlgorithmIdentifier(root, as: "AlgorithmIdentifier")
        let oid = identifier.algorithm.description
        if let name = Self.refused[oid] { throw .refusedSignatureAlgorithm(name: name) }
        if identifier.algorithm == .rsassaPSS {
            self = try PSSParameters(ofSignature: identifier).hash.signatureAlgorithm
            return
        }
        guard let known = Self.allCases.first(where: { $0.oid == oid }) else {
            throw .unsupportedSignatureAlgorithm(oid: oid)
        }
        if known.isRSA { try identifier.requireNullOrNoParameters() } else { try identifier.requireNoParameters() }
        self = known
    }

    /// The AlgorithmIdentifier in DER, as it is written into certificates.
    public var identifier: [UInt8] {
        let ecdsa: [UInt8] = [0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03]
        let rsa: [UInt8] = [0x30, 0x0D, 0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01]
        return switch self {
        case .ecdsaSHA256: ecdsa + [0x02]
        case .ecdsaSHA384: ecdsa + [0x03]
        case .ecdsaSHA512: ecdsa + [0x04]
        case .ed25519: [0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70]
        case .rsaSHA256: rsa + [0x0B, 0x05, 0x00]
        case .rsaSHA384: rsa + [0x0C, 0x05, 0x00]
        case .rsaSHA512: rsa + [0x0D, 0x05, 0x00]
        case .rsaPSSSHA256: Self.pss(hash: 0x01, saltOctets: 32)
        case .rsaPSSSHA384: Self.pss(hash: 0x02, saltOctets: 48)
        case .rsaPSSSHA512: Self.pss(hash: 0x03, saltOctets: 64)
        case .mlDSA65: derElement(.sequence, ASN1ObjectIdentifier.mlDSA65.der)
        case .mlDSA87: derElement(.sequence, ASN1ObjectIdentifier.mlDSA87.der)
        }
    }

    /// The object identifier in dotted form.
    public var oid: String {
        switch self {
        case .ecdsaSHA256: "1.2.840.10045.4.3.2"
        case .ecdsaSHA384: "1.2.840.10045.4.3.3"
        case .ecdsaSHA512: "1.2.840.10045.4.3.4"
        case .ed25519: "1.3.101.112"
        case .rsaSHA256: "1.2.840.113549.1.1.11"
        case .rsaSHA384: "1.2.840.113549.1.1.12"
        case .rsaSHA512: "1.2.840.113549.1.1.13"
        case .rsaPSSSHA256, .rsaPSSSHA384, .rsaPSSSHA512: "1.2.840.113549.1.1.10"
        case .mlDSA65: "2.16.840.1.101.3.4.3.18"
        case .mlDSA87: "2.16.840.1.101.3.4.3.19"
        }
    }

    private var isRSA: Bool {
        switch self {
        case .rsaSHA256, .rsaSHA384, .rsaSHA512: true
        case .ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512, .ed25519, .rsaPSSSHA256, .rsaPSSSHA384, .rsaPSSSHA512,
            .mlDSA65, .mlDSA87:
            false
        }
    }

    /// RFC 4055 §6, CA/B TLS BR §7.1.3.2.1: the whole identifier for the hash with this last arc of its identifier.
    private static func pss(hash: UInt8, saltOctets: Int) -> [UInt8] {
        let hashIdentifier: [UInt8] =
            [0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, hash, 0x05, 0x00]
        let mask = derElement(.sequence, ASN1ObjectIdentifier.mgf1.der, hashIdentifier)
        let parameters = derElement(
            .sequence, derElement(.context0, hashIdentifier), derElement(.context1, mask),
            derElement(.context2, derInteger(saltOctets)))
        return derElement(.sequence, ASN1ObjectIdentifier.rsassaPSS.der, parameters)
    }

    /// 512: the longest that is of use for an explanation (RSASSA-PSS with all its parameters) has under 100.
    private static let maximumIdentifierOctets = 512

    private static let byIdentifier: [[UInt8]: SignatureAlgorithm] =
        Dictionary(uniqueKeysWithValues: allCases.map { ($0.identifier, $0) })

    /// Algorithms that certificates once carried and nobody may rely on (RFC 6194, RFC 6151; SHA-224 is under 128 bits).
    private static let refused = [
        "1.2.840.113549.1.1.2": "md2WithRSAEncryption",
        "1.2.840.113549.1.1.3": "md4WithRSAEncryption",
        "1.2.840.113549.1.1.4": "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5": "sha1WithRSAEncryption",
        "1.3.14.3.2.29": "sha1WithRSASignature",
        "1.2.840.113549.1.1.14": "sha224WithRSAEncryption",
        "1.2.840.10040.4.3": "dsa-with-sha1",
        "2.16.840.1.101.3.4.3.1": "dsa-with-sha224",
        "2.16.840.1.101.3.4.3.2": "dsa-with-sha256",
        "1.2.840.10045.4.1": "ecdsa-with-SHA1",
        "1.2.840.10045.4.3.1": "ecdsa-with-SHA224",
    ]
}

extension SignatureAlgorithm: CustomStringConvertible {
    /// The name in its standard.
    public var description: String {
        switch self {
        case .ecdsaSHA256: "ecdsa-with-SHA256"
        case .ecdsaSHA384: "ecdsa-with-SHA384"
        case .ecdsaSHA512: "ecdsa-with-SHA512"
        case .ed25519: "Ed25519"
        case .rsaSHA256: "sha256WithRSAEncryption"
        case .rsaSHA384: "sha384WithRSAEncryption"
        case .rsaSHA512: "sha512WithRSAEncryption"
        case .rsaPSSSHA256: "RSASSA-PSS with SHA-256"
        case .rsaPSSSHA384: "RSASSA-PSS with SHA-384"
        case .rsaPSSSHA512: "RSASSA-PSS with SHA-512"
        case .mlDSA65: "ML-DSA-65"
        case .mlDSA87: "ML-DSA-87"
        }
    }
}
