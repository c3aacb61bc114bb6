package import SymbolonCertificates

/// Writes single DER elements: all that a status request needs. ITU-T X.690 §8.1, §10.1.
package enum DERWriter {
    package static func element(_ tag: DERTag, _ contents: some Collection<UInt8>) -> [UInt8] {
        var octets = [tag.rawValue]
        if contents.count < 0x80 {
            octets.append(UInt8(contents.count))
        } else {
            let length = (0..<8).reversed().map { UInt8(truncatingIfNeeded: contents.count >> ($0 * 8)) }
                .drop { $0 == 0 }
            octets.append(0x80 | UInt8(length.count))
            octets += length
        }
        return octets + contents
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
