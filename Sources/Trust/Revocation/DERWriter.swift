package import SymbolonCertificates

/// Writes single DER elements: all that requests, answers and lists need. ITU-T X.690 §8.1, §10.1.
package enum DERWriter {
    package static func element(_ tag: DERTag, _ contents: some Collection<UInt8>) -> [UInt8] {
        header(tag, contents.count) + contents
    }

    /// Makes one element of what is there, where it is.
    package static func enclose(_ contents: inout [UInt8], in tag: DERTag) {
        contents.insert(contentsOf: header(tag, contents.count), at: 0)
    }

    private static func header(_ tag: DERTag, _ count: Int) -> [UInt8] {
        guard count >= 0x80 else { return [tag.rawValue, UInt8(count)] }
        let length = (0..<8).reversed().map { UInt8(truncatingIfNeeded: count >> ($0 * 8)) }.drop { $0 == 0 }
        return [tag.rawValue, 0x80 | UInt8(length.count)] + length
    }

    /// The identifier and length octets of an element, whose contents are to follow.
    static func append(_ tag: DERTag, _ count: Int, to octets: inout [UInt8]) {
        octets += header(tag, count)
    }

    /// The octets of a whole element with so many octets of contents.
    static func length(of count: Int) -> Int {
        var length = count + 2
        if count >= 0x80 { length += (count.bitWidth - count.leadingZeroBitCount + 7) / 8 }
        return length
    }

    package static func sequence(_ members: [UInt8]...) -> [UInt8] {
        element(.sequence, members.joined().map { $0 })
    }

    package static func objectIdentifier(_ identifier: ObjectIdentifier) -> [UInt8] {
        element(.objectIdentifier, identifier.contents)
    }

    /// RFC 5280 §4.2: one Extension.
    package static func `extension`(_ one: Extension) -> [UInt8] {
        sequence(
            objectIdentifier(one.identifier), one.isCritical ? element(.boolean, [0xFF]) : [],
            element(.octetString, one.value))
    }
}
