internal import SymbolonCertificates
internal import SymbolonKeys

/// What a filter's bytes say, read once; every `RevocationFilter` copied from another shares it.
final class ParsedFilter: Sendable {
    /// What is signed begins with it, so that no certificate, list or answer can be taken for a filter.
    static let format = "symbolon-revocation-filter/1"

    /// A filter of which only a part is new: certificates up to `covers` are as the base says, but for `changes`; the
    /// segment has those after it.
    struct Changes: Hashable {
        let baseNumber: ListNumber
        let changes: FilterChanges
    }

    let der: [UInt8]
    let tbs: Range<Int>
    let algorithm: SignatureAlgorithm
    let signatureValue: Range<Int>
    /// Which keys made the signature, as far as it was asked.
    let signature = ListSignature()
    let issuerKey: KeyFingerprint
    let number: ListNumber
    let thisUpdate: CertificateTime
    let nextUpdate: CertificateTime
    let covers: CertificateTime
    let segment: FilterSegment
    let changes: Changes?

    /// `RevocationFilter ::= SEQUENCE { tbsFilter, signatureAlgorithm, signature }`.
    init(_ der: [UInt8]) throws(FilterFailure) {
        self.der = der
        let algorithms: (inner: ArraySlice<UInt8>, outer: ArraySlice<UInt8>)
        let fields: FilterFields
        do throws(DERFailure) {
            var file = DERReader(der)
            var filter = try file.enter(.sequence)
            try file.finish()
            let element = try filter.next(.sequence)
            tbs = element.encoding
            algorithms.outer = filter.slice(try filter.next(.sequence).encoding)
            signatureValue = try filter.octetsInBitString().indices
            try filter.finish()
            fields = try FilterFields(filter.inside(element))
            algorithms.inner = fields.algorithm
        } catch {
            throw .malformed(error)
        }
        guard fields.format == Self.format else { throw .unknownFormat(fields.format) }
        guard algorithms.inner == algorithms.outer else { throw .algorithmMismatch }
        do throws(KeyFailure) {
            algorithm = try SignatureAlgorithm(identifier: algorithms.inner)
            issuerKey = try KeyFingerprint(fields.issuerKey)
        } catch {
            throw .key(error)
        }
        number = try Self.number(fields.number)
        (thisUpdate, nextUpdate, covers) = (fields.thisUpdate, fields.nextUpdate, fields.covers)
        guard thisUpdate.seconds < nextUpdate.seconds, covers.seconds <= thisUpdate.seconds else {
            throw .timesOutOfOrder
        }
        segment = try FilterSegment(fields.approximate, fields.exact)
        changes = try fields.changes.map { fields throws(FilterFailure) in
            Changes(baseNumber: try Self.number(fields.baseNumber), changes: try FilterChanges(fields))
        }
        if let base = changes?.baseNumber, base >= number { throw .baseNotOlder }
    }

    func isSigned(by key: PublicKey) -> Bool {
        key.isValid(der[signatureValue], over: der[tbs], by: algorithm)
    }

    private static func number(_ contents: ArraySlice<UInt8>) throws(FilterFailure) -> ListNumber {
        guard let number = ListNumber(contents: contents) else { throw .numberOutOfRange }
        return number
    }
}

extension FilterSegment {
    fileprivate init(_ approximate: FilterFields.Ribbon, _ exact: FilterFields.Ribbon) throws(FilterFailure) {
        self.init(approximate: try Ribbon(approximate), exact: try Ribbon(exact))
        guard self.exact.bits == 1, self.approximate.bits == 0 || self.exact.width > 0 else { throw .ribbonMalformed }
    }
}

extension Ribbon {
    fileprivate init(_ fields: FilterFields.Ribbon) throws(FilterFailure) {
        let octets = fields.solution
        guard fields.bits <= Self.mostBits else { throw .ribbonMalformed }
        guard !octets.isEmpty else {
            guard fields.seed.isEmpty, fields.bits <= 1 else { throw .ribbonMalformed }
            self = .empty(bits: fields.bits)
            return
        }
        // Whole words for each bit, and room for one band.
        guard fields.bits > 0, octets.count.isMultiple(of: 8 * fields.bits), fields.seed.count == Self.seedOctets,
            octets.count / fields.bits * 8 >= Self.band
        else { throw .ribbonMalformed }
        var words: [UInt64] = []
        words.reserveCapacity(octets.count / 8)
        for start in stride(from: octets.startIndex, to: octets.endIndex, by: 8) {
            words.append((0..<8).reversed().reduce(0) { $0 << 8 | UInt64(octets[start + $1]) })
        }
        self.init(
            seed: Array(fields.seed), width: octets.count / fields.bits * 8, bits: fields.bits, solution: words)
    }
}

extension FilterChanges {
    /// A million: one filter has changed by so much that a new one is due.
    private static let most = 1 << 20

    fileprivate init(_ fields: FilterFields.Changes) throws(FilterFailure) {
        guard fields.seed.count == Ribbon.seedOctets, (1...64).contains(fields.width),
            fields.revoked.count <= Self.most, fields.good.count <= Self.most,
            let revoked = RiceCoding.decode(fields.revoked.octets, count: fields.revoked.count, width: fields.width),
            let good = RiceCoding.decode(fields.good.octets, count: fields.good.count, width: fields.width),
            Set(revoked).isDisjoint(with: good)
        else { throw .changesMalformed }
        self.init(seed: Array(fields.seed), width: fields.width, revoked: revoked, good: good)
    }
}
