internal import SymbolonKeys

/// What a certificate's bytes say, read once; every `Certificate` copied from another shares it.
final class ParsedCertificate: Sendable {
    let der: [UInt8]
    let tbs: Range<Int>
    let version: Int
    let serialNumber: SerialNumber
    let signatureAlgorithm: PresentedSignatureAlgorithm
    let signatureAlgorithmFailure: KeyFailure?
    let signature: Range<Int>
    let issuer: DistinguishedName
    let notBefore: CertificateTime
    let notAfter: CertificateTime
    let subject: DistinguishedName
    let subjectPublicKeyInfo: Range<Int>
    let publicKey: Result<PublicKey, KeyFailure>
    let extensions: CertificateExtensions

    /// RFC 5280 §4.1: `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }`.
    init(_ der: [UInt8]) throws(CertificateFailure) {
        self.der = der
        var field = CertificateField.certificate
        let outerAlgorithm: Range<Int>
        let innerAlgorithm: Range<Int>
        let encodedVersion: Int
        let extensionList: DERReader?
        do throws(DERFailure) {
            var file = DERReader(der)
            var certificate = try file.enter(.sequence)
            try file.finish()

            field = .tbsCertificate
            let tbsElement = try certificate.next(.sequence)
            tbs = tbsElement.encoding
            var reader = certificate.inside(tbsElement)
            field = .version
            encodedVersion = try Self.version(&reader)
            field = .serialNumber
            serialNumber = SerialNumber(parsed: try reader.integer())
            field = .signatureAlgorithm
            innerAlgorithm = try reader.next(.sequence).encoding
            field = .issuer
            issuer = try DistinguishedName(&reader)
            field = .validity
            (notBefore, notAfter) = try Self.validity(&reader)
            field = .subject
            subject = try DistinguishedName(&reader)
            field = .subjectPublicKeyInfo
            subjectPublicKeyInfo = try reader.next(.sequence).encoding
            field = .uniqueIdentifiers
            _ = try reader.optional(.context(1))
            _ = try reader.optional(.context(2))
            field = .extensions
            extensionList = try Self.extensionList(&reader)
            field = .tbsCertificate
            try reader.finish()

            field = .signatureAlgorithm
            outerAlgorithm = try certificate.next(.sequence).encoding
            field = .signature
            signature = try certificate.octetsInBitString().indices
            field = .certificate
            try certificate.finish()
        } catch {
            throw .malformed(field, error)
        }
        guard encodedVersion <= 2 else { throw .unknownVersion(encodedVersion) }
        version = encodedVersion + 1

        // RFC 5280 §4.1.1.2: both fields "MUST contain the same algorithm identifier".
        guard der[innerAlgorithm] == der[outerAlgorithm] else {
            throw .algorithmMismatch(signed: Array(der[innerAlgorithm]), outer: Array(der[outerAlgorithm]))
        }
        (signatureAlgorithm, signatureAlgorithmFailure) = Self.algorithm(der, at: innerAlgorithm)
        extensions = if let extensionList { try CertificateExtensions(extensionList) } else { .none }
        publicKey = Self.key(der, at: subjectPublicKeyInfo)
    }

    /// `[0] EXPLICIT Version DEFAULT v1`.
    private static func version(_ reader: inout DERReader) throws(DERFailure) -> Int {
        guard let tagged = try reader.optional(.context(0, isConstructed: true)) else { return 0 }
        var inside = reader.inside(tagged)
        let version = try inside.smallInteger()
        try inside.finish()
        guard version != 0 else { throw DERFailure(.defaultWasEncoded, at: tagged.start) }
        return version
    }

    private static func validity(
        _ reader: inout DERReader
    ) throws(DERFailure) -> (CertificateTime, CertificateTime) {
        var inside = try reader.enter(.sequence)
        let times = (try inside.time(), try inside.time())
        try inside.finish()
        return times
    }

    /// `[3] EXPLICIT Extensions OPTIONAL`: a reader of the members.
    private static func extensionList(_ reader: inout DERReader) throws(DERFailure) -> DERReader? {
        guard let tagged = try reader.optional(.context(3, isConstructed: true)) else { return nil }
        var inside = reader.inside(tagged)
        let list = try inside.enter(.sequence)
        try inside.finish()
        guard !list.isAtEnd else { throw DERFailure(.empty, at: tagged.start) }
        return list
    }

    /// An algorithm we do not know is a reason to refuse the certificate, not a malformed certificate.
    static func algorithm(_ der: [UInt8], at range: Range<Int>) -> (PresentedSignatureAlgorithm, KeyFailure?) {
        do throws(KeyFailure) {
            return (.known(try SignatureAlgorithm(identifier: der[range])), nil)
        } catch {
            var reader = DERReader(der, at: range)
            let identifier = try? { () throws(DERFailure) in
                var inside = try reader.enter(.sequence)
                return try inside.objectIdentifier()
            }()
            return (.unsupported(oid: identifier?.description ?? ""), error)
        }
    }

    /// Nor is a key that we do not support.
    private static func key(_ der: [UInt8], at range: Range<Int>) -> Result<PublicKey, KeyFailure> {
        do throws(KeyFailure) {
            return .success(try PublicKey(subjectPublicKeyInfo: der[range]))
        } catch {
            return .failure(error)
        }
    }
}
