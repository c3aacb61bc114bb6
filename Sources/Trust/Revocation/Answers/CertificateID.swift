internal import Crypto
package import SymbolonCertificates

/// A certificate as questions and answers name it: by digests of its issuer and by its serial number. RFC 6960 §4.1.1.
package struct CertificateID: Hashable, Sendable {
    /// Which digest names the issuer. It only identifies; nothing is believed because a digest is equal.
    package enum Digest: Hashable, Sendable {
        /// What RFC 5019 responders know. Two issuers of one digest would only share answers that neither key signed.
        case sha1
        case sha256
    }

    /// Nil: a digest that is not used here, and so no certificate of ours.
    package let digest: Digest?
    let issuerNameHash: [UInt8]
    let issuerKeyHash: [UInt8]
    package let serialNumber: SerialNumber

    /// Nil when the issuer's key cannot be read.
    package init?(of serialNumber: SerialNumber, from issuer: Certificate, by digest: Digest) {
        guard let keyBits = issuer.subjectPublicKeyBits else { return nil }
        self.digest = digest
        issuerNameHash = digest.hash(issuer.subject.derBytes)
        issuerKeyHash = digest.hash(keyBits)
        self.serialNumber = serialNumber
    }

    fileprivate init(
        _ digest: Digest, issuerNameHash: [UInt8], issuerKeyHash: [UInt8], serialNumber: SerialNumber
    ) {
        self.digest = digest
        self.issuerNameHash = issuerNameHash
        self.issuerKeyHash = issuerKeyHash
        self.serialNumber = serialNumber
    }

    /// `SEQUENCE { hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber }`.
    init(_ reader: inout DERReader) throws(DERFailure) {
        var inside = try reader.enter(.sequence)
        var algorithm = try inside.enter(.sequence)
        digest = Digest(try algorithm.objectIdentifier())
        if let parameters = try algorithm.optional(.null), !parameters.contents.isEmpty {
            throw DERFailure(.trailingBytes(count: parameters.contents.count), at: parameters.start)
        }
        try algorithm.finish()
        issuerNameHash = Array(inside.slice(try inside.next(.octetString).contents))
        issuerKeyHash = Array(inside.slice(try inside.next(.octetString).contents))
        serialNumber = SerialNumber(parsed: try inside.integer())
        try inside.finish()
    }

    /// RFC 6960 §4.1.1: the same serial number, and the same issuer by name and by key. The name is the one written in
    /// the certificate; the issuer's own may differ in letter case.
    func names(_ certificate: Certificate, from issuer: Certificate) -> Bool {
        guard let digest, serialNumber == certificate.serialNumber, let keyBits = issuer.subjectPublicKeyBits,
            issuerKeyHash == digest.hash(keyBits)
        else { return false }
        return issuerNameHash == digest.hash(certificate.issuer.derBytes)
            || issuerNameHash == digest.hash(issuer.subject.derBytes)
    }

    package var derBytes: [UInt8] {
        DERWriter.sequence(
            DERWriter.sequence(DERWriter.objectIdentifier((digest ?? .sha256).identifier), [0x05, 0x00]),
            DERWriter.element(.octetString, issuerNameHash), DERWriter.element(.octetString, issuerKeyHash),
            DERWriter.element(.integer, serialNumber.contents))
    }
}

/// An issuer as questions about its certificates name it, worked out once.
package struct IssuerDigests: Sendable {
    private let (bySHA1, bySHA256): (Hashes, Hashes)

    private struct Hashes {
        let name: [UInt8]
        let key: [UInt8]
    }

    /// Nil when the issuer's key cannot be read.
    package init?(_ issuer: Certificate) {
        guard let keyBits = issuer.subjectPublicKeyBits else { return nil }
        func hashes(_ digest: CertificateID.Digest) -> Hashes {
            Hashes(name: digest.hash(issuer.subject.derBytes), key: digest.hash(keyBits))
        }
        (bySHA1, bySHA256) = (hashes(.sha1), hashes(.sha256))
    }

    private func hashes(_ digest: CertificateID.Digest) -> Hashes { digest == .sha1 ? bySHA1 : bySHA256 }

    /// The digest by which a question names this issuer; nil: it names another, or by a digest that is not used here.
    package func digest(of identifier: CertificateID) -> CertificateID.Digest? {
        guard let digest = identifier.digest else { return nil }
        let hashes = hashes(digest)
        return identifier.issuerKeyHash == hashes.key && identifier.issuerNameHash == hashes.name ? digest : nil
    }

    package func identifier(of serialNumber: SerialNumber, by digest: CertificateID.Digest) -> CertificateID {
        let hashes = hashes(digest)
        return CertificateID(
            digest, issuerNameHash: hashes.name, issuerKeyHash: hashes.key, serialNumber: serialNumber)
    }
}

extension CertificateID.Digest {
    init?(_ identifier: ObjectIdentifier) {
        switch identifier {
        case .sha1: self = .sha1
        case .sha256: self = .sha256
        default: return nil
        }
    }

    var identifier: ObjectIdentifier {
        switch self {
        case .sha1: .sha1
        case .sha256: .sha256
        }
    }

    func hash(_ bytes: some Collection<UInt8>) -> [UInt8] {
        switch self {
        case .sha1: Array(Insecure.SHA1.hash(data: Array(bytes)))
        case .sha256: Array(SHA256.hash(data: Array(bytes)))
        }
    }
}

extension Certificate {
    /// RFC 6960 §4.1.1: "the value (excluding tag, length, and number of unused bits) of the subject public key field".
    var subjectPublicKeyBits: ArraySlice<UInt8>? {
        var reader = DERReader(subjectPublicKeyInfo)
        guard var info = try? reader.enter(.sequence), (try? info.next(.sequence)) != nil else { return nil }
        return try? info.octetsInBitString()
    }
}
