public import SymbolonKeys

/// A request for a certificate, as it was presented: parsed, nothing believed. PKCS #10, RFC 2986.
public struct CertificateRequest: Sendable {
    /// The bytes that were parsed, all of them.
    public let der: [UInt8]
    public let subject: DistinguishedName
    /// Only the key that ``verifiedPublicKey()`` gives has been shown to be the requester's.
    public let publicKey: PublicKey
    /// What the extensionRequest attribute asks for (RFC 2985 §5.4.2); none when there is no such attribute.
    public let extensions: CertificateExtensions
    /// Attributes other than extensionRequest, which are not read.
    public let otherAttributes: [ObjectIdentifier]
    public let signatureAlgorithm: SignatureAlgorithm
    private let signed: Range<Int>
    private let signature: Range<Int>

    /// The largest request that is read, in octets: many times what a key with a hundred names needs.
    public static let largest = 1 << 16

    /// The most attributes that are read; three are in use.
    public static let mostAttributes = 16

    /// Parses one request and nothing after it. Keys and algorithms that are not supported are refused here.
    public init(der bytes: some Collection<UInt8>) throws(CertificateFailure) {
        guard bytes.count <= Self.largest else { throw .tooLarge(octets: bytes.count, limit: Self.largest) }
        der = Array(bytes)
        var field = CertificateField.request
        let version: Int
        let key: Range<Int>
        let algorithm: Range<Int>
        var attributes: DERReader
        do throws(DERFailure) {
            var file = DERReader(der)
            var request = try file.enter(.sequence)
            try file.finish()
            let information = try request.next(.sequence)
            signed = information.encoding
            var reader = request.inside(information)
            field = .version
            version = try reader.smallInteger()
            field = .subject
            subject = try DistinguishedName(&reader)
            field = .subjectPublicKeyInfo
            key = try reader.next(.sequence).encoding
            field = .attributes
            attributes = try reader.enter(.context(0, isConstructed: true))
            try reader.finish()
            field = .signatureAlgorithm
            algorithm = try request.next(.sequence).encoding
            field = .signature
            signature = try request.octetsInBitString().indices
            field = .request
            try request.finish()
        } catch {
            throw .malformed(field, error)
        }
        // RFC 2986 §4.1: "It shall be 0 for this version of the standard."
        guard version == 0 else { throw .unknownVersion(version) }
        do throws(KeyFailure) {
            publicKey = try PublicKey(subjectPublicKeyInfo: der[key])
            signatureAlgorithm = try SignatureAlgorithm(identifier: der[algorithm])
        } catch {
            throw .key(error)
        }
        (extensions, otherAttributes) = try Self.parse(&attributes)
    }

    /// The requested key, once it is shown that the requester holds its private half: it signed this request.
    /// RFC 2986 §3, step 3.
    public func verifiedPublicKey() throws(CertificateFailure) -> PublicKey {
        guard publicKey.isValid(der[signature], over: der[signed], by: signatureAlgorithm) else {
            throw .possessionNotProved
        }
        return publicKey
    }

    /// RFC 2986 §4.1: `Attributes ::= SET OF SEQUENCE { type, values SET SIZE (1..MAX) }`.
    private static func parse(
        _ reader: inout DERReader
    ) throws(CertificateFailure) -> (CertificateExtensions, [ObjectIdentifier]) {
        var extensions = CertificateExtensions.none
        var types: [ObjectIdentifier] = []
        while !reader.isAtEnd {
            let type: ObjectIdentifier
            let list: DERReader?
            do throws(DERFailure) {
                (type, list) = try attribute(&reader)
            } catch {
                throw .malformed(.attributes, error)
            }
            guard !types.contains(type) else { throw .duplicateAttribute(type) }
            guard types.count < mostAttributes else { throw .tooManyAttributes(limit: mostAttributes) }
            types.append(type)
            if let list { extensions = try CertificateExtensions(list) }
        }
        return (extensions, types.filter { $0 != .extensionRequest })
    }

    /// One attribute, and for extensionRequest a reader of the extensions in its single value.
    private static func attribute(_ reader: inout DERReader) throws(DERFailure) -> (ObjectIdentifier, DERReader?) {
        var inside = try reader.enter(.sequence)
        let type = try inside.objectIdentifier()
        let values = try inside.next(.set)
        try inside.finish()
        var members = inside.inside(values)
        guard !members.isAtEnd else { throw DERFailure(.empty, at: values.start) }
        guard type == .extensionRequest else { return (type, nil) }
        let list = try members.enter(.sequence)
        try members.finish()
        return (type, list)
    }
}

extension CertificateRequest: Hashable {
    public static func == (one: CertificateRequest, other: CertificateRequest) -> Bool {
        one.der == other.der
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(der)
    }
}
