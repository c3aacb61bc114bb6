/// The one-octet identifiers of X.690 §8.1.2. Nothing in X.509 needs the high-tag-number form, so it has no spelling here.
package struct DERTag: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let boolean = DERTag(rawValue: 0x01)
    package static let integer = DERTag(rawValue: 0x02)
    package static let bitString = DERTag(rawValue: 0x03)
    package static let octetString = DERTag(rawValue: 0x04)
    package static let null = DERTag(rawValue: 0x05)
    package static let objectIdentifier = DERTag(rawValue: 0x06)
    package static let utf8String = DERTag(rawValue: 0x0C)
    package static let printableString = DERTag(rawValue: 0x13)
    package static let ia5String = DERTag(rawValue: 0x16)
    package static let utcTime = DERTag(rawValue: 0x17)
    package static let generalizedTime = DERTag(rawValue: 0x18)
    package static let sequence = DERTag(rawValue: 0x30)
    package static let set = DERTag(rawValue: 0x31)

    /// `[number]` of the context-specific class; `number` is at most 30.
    package static func context(_ number: UInt8, isConstructed: Bool = false) -> DERTag {
        DERTag(rawValue: 0x80 | (isConstructed ? 0x20 : 0) | (number & 0x1F))
    }

    package var number: UInt8 { rawValue & 0x1F }
}
