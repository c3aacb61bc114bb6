/// RFC 5280 §7.1: names are compared by attribute, text without regard to case and to the amount of white space.
///
/// Divergence: letters outside ASCII are compared by Unicode lower case and canonical equivalence; RFC 4518 would also fold
/// compatibility forms. Names that differ so are then different names, which refuses a path and never permits one.
extension DistinguishedName: Hashable {
    public static func == (one: DistinguishedName, other: DistinguishedName) -> Bool {
        // Nearly every chain repeats the issuer's name octet for octet, so this answers without folding anything.
        if one.derBytes == other.derBytes { return true }
        guard one.relativeNames.count == other.relativeNames.count else { return false }
        return zip(one.relativeNames, other.relativeNames).allSatisfy { Self.folded($0) == Self.folded($1) }
    }

    public func hash(into hasher: inout Hasher) {
        for relativeName in relativeNames { hasher.combine(Self.folded(relativeName)) }
    }

    private struct Folded: Hashable {
        let type: ObjectIdentifier
        let value: FoldedValue
    }

    private enum FoldedValue: Hashable {
        case text(String)
        case other([UInt8])
    }

    private static func folded(_ attributes: [Attribute]) -> Set<Folded> {
        Set(attributes.map { Folded(type: $0.type, value: folded($0.value)) })
    }

    private static func folded(_ value: Value) -> FoldedValue {
        switch value {
        case .utf8(let text), .printable(let text), .ia5(let text):
            .text(text.split(separator: " ").joined(separator: " ").lowercased())
        case .other(let encoding): .other(encoding)
        }
    }
}
