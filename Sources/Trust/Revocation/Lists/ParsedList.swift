internal import SymbolonCertificates
internal import SymbolonKeys

/// What a list's bytes say, read once; every `CertificateList` copied from another shares it.
final class ParsedList: Sendable {
    let der: [UInt8]
    let tbs: Range<Int>
    let algorithm: Result<SignatureAlgorithm, KeyFailure>
    let signatureValue: Range<Int>
    /// Which keys made the signature, as far as it was asked.
    let signature = ListSignature()
    let issuer: DistinguishedName
    let thisUpdate: CertificateTime
    let nextUpdate: CertificateTime?
    let entries: ListEntries
    let number: ListNumber?
    let baseNumber: ListNumber?
    let authorityKeyIdentifier: AuthorityKeyIdentifier?
    let scope: IssuingDistributionPoint?
    let defect: ListDefect?

    /// RFC 5280 §5.1: `CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue }`.
    init(_ der: [UInt8]) throws(ListFailure) {
        self.der = der
        let version: Int?
        let members: DERReader?
        let extensionList: DERReader?
        let algorithms: (inner: Range<Int>, outer: Range<Int>)
        do throws(DERFailure) {
            var file = DERReader(der)
            var list = try file.enter(.sequence)
            try file.finish()
            let element = try list.next(.sequence)
            tbs = element.encoding
            algorithms.outer = try list.next(.sequence).encoding
            signatureValue = try list.octetsInBitString().indices
            try list.finish()

            var reader = list.inside(element)
            version = reader.nextTag == .integer ? try reader.smallInteger() : nil
            algorithms.inner = try reader.next(.sequence).encoding
            issuer = try DistinguishedName(&reader)
            thisUpdate = try reader.time()
            nextUpdate =
                reader.nextTag == .utcTime || reader.nextTag == .generalizedTime ? try reader.time() : nil
            members = try reader.optional(.sequence).map(reader.inside)
            extensionList = try Self.extensionList(&reader)
            try reader.finish()
        } catch {
            throw .malformed(error)
        }
        if let version, version != 1 { throw .unknownVersion(version) }
        guard der[algorithms.inner] == der[algorithms.outer] else { throw .algorithmMismatch }
        let innerAlgorithm = der[algorithms.inner]
        algorithm = Result { () throws(KeyFailure) in try SignatureAlgorithm(identifier: innerAlgorithm) }
        let extensions = try ListExtensions(extensionList)
        (number, baseNumber, scope) = (extensions.number, extensions.baseNumber, extensions.scope)
        authorityKeyIdentifier = extensions.authorityKeyIdentifier
        entries = try ListEntries(members, of: issuer)
        defect = Self.defect(
            isVersion2: version == 1, hasNextUpdate: nextUpdate != nil, extensions, entries, algorithm)
    }

    func isSigned(by key: PublicKey) -> Bool {
        guard let algorithm = try? algorithm.get() else { return false }
        return key.isValid(der[signatureValue], over: der[tbs], by: algorithm)
    }

    private static func extensionList(_ reader: inout DERReader) throws(DERFailure) -> DERReader? {
        guard let tagged = try reader.optional(.context(0, isConstructed: true)) else { return nil }
        var inside = reader.inside(tagged)
        let list = try inside.enter(.sequence)
        try inside.finish()
        guard !list.isAtEnd else { throw DERFailure(.empty, at: tagged.start) }
        return list
    }

    /// The first rule of the profile that the list breaks.
    private static func defect(
        isVersion2: Bool, hasNextUpdate: Bool, _ extensions: ListExtensions, _ entries: ListEntries,
        _ algorithm: Result<SignatureAlgorithm, KeyFailure>
    ) -> ListDefect? {
        if !isVersion2 { return .version1 }
        if case .failure = algorithm { return .algorithmNotAllowed }
        if let defect = extensions.defect { return defect }
        if let identifier = entries.unknownCritical { return .unknownCriticalEntryExtension(identifier) }
        if !hasNextUpdate { return .nextUpdateMissing }
        if let scope = extensions.scope, !scope.isSensible { return .scopeContradictory }
        if entries.hasForeignEntry, extensions.scope?.isIndirect != true { return .foreignEntry }
        if entries.hasRemoval, extensions.baseNumber == nil { return .removalInCompleteList }
        return nil
    }
}
