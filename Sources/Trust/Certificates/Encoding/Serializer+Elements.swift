internal import SwiftASN1

/// Writing in the words that the certificate modules use.
extension DER.Serializer {
    static func bytes(_ write: (inout DER.Serializer) -> Void) -> [UInt8] {
        var serializer = DER.Serializer()
        write(&serializer)
        return serializer.serializedBytes
    }

    mutating func sequence(_ write: (inout DER.Serializer) -> Void) {
        appendConstructedNode(identifier: .sequence, write)
    }

    mutating func set(_ write: (inout DER.Serializer) -> Void) {
        appendConstructedNode(identifier: .set, write)
    }

    mutating func context(_ number: UInt, constructed write: (inout DER.Serializer) -> Void) {
        appendConstructedNode(identifier: ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific), write)
    }

    mutating func context(_ number: UInt, primitive contents: some Collection<UInt8>) {
        primitive(ASN1Identifier(tagWithNumber: number, tagClass: .contextSpecific), contents)
    }

    mutating func primitive(_ identifier: ASN1Identifier, _ contents: some Collection<UInt8>) {
        appendPrimitiveNode(identifier: identifier) { $0.append(contentsOf: contents) }
    }

    mutating func boolean(_ value: Bool) {
        primitive(.boolean, [value ? 0xFF : 0x00])
    }

    /// A number that is not negative.
    mutating func integer(_ value: Int) {
        precondition(value >= 0)
        var octets = [UInt8(truncatingIfNeeded: value)]
        var rest = value >> 8
        while rest > 0 {
            octets.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
        if let top = octets.last, top >= 0x80 { octets.append(0) }
        primitive(.integer, octets.reversed())
    }

    mutating func objectIdentifier(_ identifier: ObjectIdentifier) {
        primitive(.objectIdentifier, identifier.contents)
    }

    mutating func octetString(_ contents: some Collection<UInt8>) {
        primitive(.octetString, contents)
    }

    /// A BIT STRING of whole octets.
    mutating func bitString(_ contents: some Collection<UInt8>) {
        primitive(.bitString, [0] + Array(contents))
    }

    /// A named bit list without trailing zero bits (X.690 §11.2.2); bit 0 of the standard is bit 0 of `bits`.
    mutating func namedBits(_ bits: UInt16) {
        guard bits != 0 else { return primitive(.bitString, [0]) }
        let count = UInt16.bitWidth - bits.leadingZeroBitCount
        var octets = [UInt8](repeating: 0, count: (count + 7) / 8)
        for bit in 0..<count where bits & (1 << bit) != 0 { octets[bit / 8] |= 0x80 >> (bit % 8) }
        primitive(.bitString, [UInt8(octets.count * 8 - count)] + octets)
    }

    mutating func time(_ time: CertificateTime) {
        primitive(time.form == .utcTime ? .utcTime : .generalizedTime, time.contents)
    }
}
