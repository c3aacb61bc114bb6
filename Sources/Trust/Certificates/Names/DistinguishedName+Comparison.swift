internal import Foundation
public import SymbolonNames

/// RFC 5280 §7.1: names are compared by attribute, text without regard to case and to the amount of white space.
///
/// Divergence: letters outside ASCII are compared by Unicode lower case and canonical equivalence; RFC 4518 would also fold
/// compatibility forms. Names that differ so are then different names, which refuses a path and never permits one.
extension DistinguishedName: Hashable {
    public static func == (one: DistinguishedName, other: DistinguishedName) -> Bool {
        // Nearly every chain repeats the issuer's name octet for octet, so this answers without folding anything.
        if one.derBytes == other.derBytes { return true }
        guard one.relativeNames.count == other.relativeNames.count else { return false }
        // From the most specific on: names of one organisation differ there.
        return zip(one.relativeNames.reversed(), other.relativeNames.reversed()).allSatisfy(areEqual)
    }

    /// Nearly every set has one attribute and nearly every text is ASCII: those are compared in place.
    private static func areEqual(_ one: [Attribute], _ other: [Attribute]) -> Bool {
        if one.count == 1, other.count == 1, let text = one[0].value.text, let otherText = other[0].value.text,
            let first = FoldedASCII(text), let second = FoldedASCII(otherText)
        {
            return one[0].type == other[0].type && IteratorSequence(first).elementsEqual(IteratorSequence(second))
        }
        return folded(one) == folded(other)
    }

    public func hash(into hasher: inout Hasher) {
        for relativeName in relativeNames { hasher.combine(Self.folded(relativeName)) }
    }

    struct Folded: Hashable {
        let type: ObjectIdentifier
        let value: FoldedValue
    }

    enum FoldedValue: Hashable {
        case text(String)
        case other([UInt8])
    }

    static func folded(_ attributes: [Attribute]) -> Set<Folded> {
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

extension DistinguishedName {
    /// The name as name constraints compare it.
    public var folded: DirectoryName {
        DirectoryName(
            relativeNames: relativeNames.map { Set($0.map(Self.comparable)) }, description: description,
            derBytes: derBytes)
    }

    /// Folded text begins with an octet that no DER of another value begins with.
    private static func comparable(_ attribute: Attribute) -> DirectoryName.Attribute {
        let value: [UInt8] =
            switch folded(attribute.value) {
            case .text(let text): [0] + text.decomposedStringWithCanonicalMapping.utf8
            case .other(let encoding): encoding
            }
        return DirectoryName.Attribute(type: attribute.type.contents, value: value)
    }
}

/// An ASCII text as it is compared: in lower case, without spaces around it, and with one for each run of them.
private struct FoldedASCII: IteratorProtocol {
    private var rest: String.UTF8View.Iterator
    private var held: UInt8?
    private var hasBegun = false

    /// Nil when there is more in it than ASCII, which takes Unicode to fold.
    init?(_ text: String) {
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        rest = text.utf8.makeIterator()
    }

    mutating func next() -> UInt8? {
        if let octet = held {
            held = nil
            return octet
        }
        guard var octet = rest.next() else { return nil }
        var followsSpace = false
        while octet == UInt8(ascii: " ") {
            guard let next = rest.next() else { return nil }
            followsSpace = hasBegun
            octet = next
        }
        hasBegun = true
        let lower = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet) ? octet | 0x20 : octet
        guard followsSpace else { return lower }
        held = lower
        return UInt8(ascii: " ")
    }
}
