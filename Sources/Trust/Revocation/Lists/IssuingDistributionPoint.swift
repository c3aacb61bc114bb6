internal import SymbolonCertificates

/// What a list says of its own scope. RFC 5280 §5.2.5.
struct IssuingDistributionPoint: Hashable, Sendable {
    let name: DistributionPointName?
    let onlyContainsUserCerts: Bool
    let onlyContainsCACerts: Bool
    /// Nil: every reason.
    let onlySomeReasons: ReasonFlags?
    let isIndirect: Bool
    let onlyContainsAttributeCerts: Bool

    init(_ reader: inout DERReader) throws(DERFailure) {
        var inside = try reader.enter(.sequence)
        name = try DistributionPointName.parse(&inside)
        onlyContainsUserCerts = try Self.flag(&inside, 1)
        onlyContainsCACerts = try Self.flag(&inside, 2)
        onlySomeReasons = inside.nextTag == .context(3) ? try ReasonFlags(&inside, .context(3)) : nil
        isIndirect = try Self.flag(&inside, 4)
        onlyContainsAttributeCerts = try Self.flag(&inside, 5)
        try inside.finish()
    }

    /// RFC 5280 §5.2.5: not empty, and at most one kind of certificate.
    var isSensible: Bool {
        let kinds = [onlyContainsUserCerts, onlyContainsCACerts, onlyContainsAttributeCerts].count { $0 }
        let isEmpty = name == nil && kinds == 0 && onlySomeReasons == nil && !isIndirect
        return kinds <= 1 && !isEmpty
    }

    /// `[n] IMPLICIT BOOLEAN DEFAULT FALSE`.
    private static func flag(_ reader: inout DERReader, _ number: UInt8) throws(DERFailure) -> Bool {
        guard let element = try reader.optional(.context(number)) else { return false }
        let contents = reader.slice(element.contents)
        guard contents.count == 1 else { throw DERFailure(.invalidBoolean, at: element.start) }
        switch contents.first {
        case 0xFF: return true
        case 0x00: throw DERFailure(.defaultWasEncoded, at: element.start)
        default: throw DERFailure(.invalidBoolean, at: element.start)
        }
    }
}
