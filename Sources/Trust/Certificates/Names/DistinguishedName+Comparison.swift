internal import Foundation
public import SymbolonNames

/// RFC 5280 §7.1: names are compared by attribute, text without regard to case and to the amount of white space.
///
/// A PrintableString may equal a UTF8String: both are DirectoryStrings. An IA5String, which holds what none of those may
/// (domainComponent, §4.1.2.4), equals another IA5String only.
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
        if one.count == 1, other.count == 1, let text = one[0].value.text, let otherText = other[0].value.text {
            guard one[0].type == other[0].type, one[0].value.isIA5 == other[0].value.isIA5 else { return false }
            if let answer = FoldedASCII.areEqual(text, otherText) { return answer }
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
        case ia5(String)
        case other([UInt8])
    }

    static func folded(_ attributes: [Attribute]) -> Set<Folded> {
        Set(attributes.map { Folded(type: $0.type, value: folded($0.value)) })
    }

    private static func folded(_ value: Value) -> FoldedValue {
        switch value {
        case .utf8(let text), .printable(let text): .text(folded(text))
        case .ia5(let text): .ia5(folded(text))
        case .other(let encoding): .other(encoding)
        }
    }

    private static func folded(_ text: String) -> String {
        text.split(separator: " ").joined(separator: " ").lowercased()
    }
}

extension DistinguishedName {
    /// The name as name constraints compare it.
    public var folded: DirectoryName {
        DirectoryName(
            relativeNames: relativeNames.map { Set($0.map(Self.comparable)) }, description: description,
            derBytes: derBytes)
    }

    /// Folded text begins with an octet that no DER of another value begins with: texts have values of their own.
    private static func comparable(_ attribute: Attribute) -> DirectoryName.Attribute {
        let value: [UInt8] =
            switch folded(attribute.value) {
            case .text(let text): [0] + text.decomposedStringWithCanonicalMapping.utf8
            case .ia5(let text): [DERTag.ia5String.rawValue] + text.utf8
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

    private init(_ text: String) { rest = text.utf8.makeIterator() }

    /// Nil where the texts are one up to an octet that is not ASCII, which takes Unicode to fold. What follows a difference
    /// between two ASCII octets makes them no more alike: folding and decomposition leave these as they are.
    static func areEqual(_ one: String, _ other: String) -> Bool? {
        var (first, second) = (FoldedASCII(one), FoldedASCII(other))
        while true {
            let (octet, otherOctet) = (first.next(), second.next())
            if max(octet ?? 0, otherOctet ?? 0) >= 0x80 { return nil }
            guard octet == otherOctet else { return false }
            if octet == nil { return true }
        }
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
