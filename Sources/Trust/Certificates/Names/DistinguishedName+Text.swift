internal import SymbolonWire

/// RFC 4514: the text form, the least significant attribute first, as in `CN=web,O=Example`.
extension DistinguishedName: CustomStringConvertible {
    public var description: String {
        relativeNames.reversed().map { $0.map(Self.text).joined(separator: "+") }.joined(separator: ",")
    }

    /// RFC 4514 §2.3, §2.4: a short name with the escaped text, or the dotted type with the value's DER in hexadecimal.
    private static func text(_ attribute: Attribute) -> String {
        if let name = shortNames[attribute.type], let text = attribute.value.text {
            return "\(name)=\(escaped(text))"
        }
        return "\(shortNames[attribute.type] ?? attribute.type.description)=#\(Hex.encode(attribute.value.encoding))"
    }

    /// RFC 4514 §3: the types that have a short name.
    private static let shortNames: [ObjectIdentifier: String] = [
        .commonName: "CN", .localityName: "L", .stateOrProvinceName: "ST", .organizationName: "O",
        .organizationalUnitName: "OU", .countryName: "C", .streetAddress: "STREET", .domainComponent: "DC",
        .userID: "UID",
    ]

    /// RFC 4514 §2.4: what must be escaped; control characters also, so that a name cannot draw on a terminal or break a log.
    private static func escaped(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            let isEdgeSpace = scalar == " " && (index == 0 || index == scalars.count - 1)
            if isEdgeSpace || "\",+;<>\\".unicodeScalars.contains(scalar) || (scalar == "#" && index == 0) {
                result += "\\"
                result.unicodeScalars.append(scalar)
            } else if [.control, .format, .lineSeparator, .paragraphSeparator].contains(
                scalar.properties.generalCategory)
            {
                for octet in String(scalar).utf8 { result += "\\" + Hex.encode([octet]) }
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
