internal import SymbolonCertificates

/// The extensions of a list that decide something. RFC 5280 §5.2.
struct ListExtensions {
    private(set) var number: ListNumber?
    private(set) var baseNumber: ListNumber?
    private(set) var authorityKeyIdentifier: AuthorityKeyIdentifier?
    private(set) var scope: IssuingDistributionPoint?
    /// What §5.2 has against them.
    private(set) var defect: ListDefect?

    /// The most that are read: a list in use has under ten.
    static let most = 64

    init(_ list: DERReader?) throws(ListFailure) {
        var seen: [ObjectIdentifier: Bool] = [:]
        if var list {
            while !list.isAtEnd {
                let next: Extension
                do throws(DERFailure) {
                    let value: DERReader
                    (next, value) = try Extension.parse(&list)
                    try parse(next, value)
                } catch {
                    throw .malformed(error)
                }
                guard seen.count < Self.most else { throw .tooManyExtensions(limit: Self.most) }
                guard seen.updateValue(next.isCritical, forKey: next.identifier) == nil else {
                    throw .duplicateExtension(next.identifier)
                }
            }
        }
        if defect == nil { defect = Self.defect(of: seen) }
    }

    private mutating func parse(_ next: Extension, _ reader: DERReader) throws(DERFailure) {
        var value = reader
        switch next.identifier {
        case .cRLNumber: number = try Self.number(&value)
        case .deltaCRLIndicator: baseNumber = try Self.number(&value)
        case .authorityKeyIdentifier: authorityKeyIdentifier = try AuthorityKeyIdentifier(&value)
        case .issuingDistributionPoint: scope = try IssuingDistributionPoint(&value)
        default:
            if next.isCritical { defect = .unknownCriticalExtension(next.identifier) }
            return
        }
        try value.finish()
    }

    private static func number(_ value: inout DERReader) throws(DERFailure) -> ListNumber {
        let start = value.position
        guard let number = ListNumber(contents: try value.integer()) else {
            throw DERFailure(.integerOutOfRange, at: start)
        }
        return number
    }

    private static func defect(of criticality: [ObjectIdentifier: Bool]) -> ListDefect? {
        // §5.2.1, §5.2.3: in every list, not critical.
        for identifier in [ObjectIdentifier.cRLNumber, .authorityKeyIdentifier] {
            guard let isCritical = criticality[identifier] else { return .missing(identifier) }
            if isCritical { return .critical(identifier) }
        }
        // §5.2.4, §5.2.5: critical where they are.
        for identifier in [ObjectIdentifier.deltaCRLIndicator, .issuingDistributionPoint]
        where criticality[identifier] == false {
            return .notCritical(identifier)
        }
        return nil
    }
}
