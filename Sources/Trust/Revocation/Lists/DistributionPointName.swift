public import SymbolonCertificates

/// Where a list is found, or what it is called: RFC 5280 §4.2.1.13. Names are compared, and never gone to.
public enum DistributionPointName: Hashable, Sendable {
    case full([GeneralName])
    /// The DER of the one RelativeDistinguishedName to be put after the list issuer's name, as a SET.
    case relative([UInt8])

    /// `[0]` around the CHOICE; nil when it is absent.
    static func parse(_ reader: inout DERReader) throws(DERFailure) -> DistributionPointName? {
        guard let tagged = try reader.optional(.context(0, isConstructed: true)) else { return nil }
        var choice = reader.inside(tagged)
        let name: DistributionPointName
        if let full = try choice.optional(.context(0, isConstructed: true)) {
            var list = choice.inside(full)
            name = .full(try GeneralName.list(&list))
        } else {
            let relative = try choice.next(.context(1, isConstructed: true))
            name = .relative(DERWriter.element(.set, choice.slice(relative.contents)))
            // Parsed behind an empty name, so that what is no set of attributes is refused here.
            guard name.names(under: .empty) != nil else { throw DERFailure(.empty, at: relative.start) }
        }
        try choice.finish()
        return name
    }

    /// The names in full; nil when the relative part is no name.
    func names(under issuer: DistinguishedName) -> [GeneralName]? {
        switch self {
        case .full(let names): return names
        case .relative(let set):
            var outer = DERReader(issuer.derBytes)
            guard let element = try? outer.next(.sequence) else { return nil }
            var reader = DERReader(DERWriter.element(.sequence, Array(outer.slice(element.contents)) + set))
            return (try? DistinguishedName(&reader)).map { [.directory($0)] }
        }
    }
}
