/// DER tags that key encodings write (X.690 §8); the context's own are constructed.
enum DERTag: UInt8 {
    case integer = 0x02
    case bitString = 0x03
    case octetString = 0x04
    case null = 0x05
    case sequence = 0x30
    case context0 = 0xA0
    case context1 = 0xA1
    case context2 = 0xA2
}

/// One DER element: tag, definite minimal length (X.690 §10.1), content.
func derElement(_ tag: DERTag, _ content: [UInt8]...) -> [UInt8] {
    let content = content.flatMap(\.self)
    var element = [tag.rawValue]
    if content.count < 0x80 {
        element.append(UInt8(content.count))
    } else {
        let length = bigEndian(content.count)
        element.append(0x80 | UInt8(length.count))
        element += length
    }
    return element + content
}

/// A non-negative INTEGER, minimal (X.690 §8.3.2).
func derInteger(_ value: Int) -> [UInt8] {
    let magnitude = bigEndian(value)
    return derElement(.integer, magnitude[0] < 0x80 ? magnitude : [0] + magnitude)
}

/// A positive INTEGER from its big-endian magnitude, minimal (X.690 §8.3.2).
func derMagnitude(_ magnitude: [UInt8]) -> [UInt8] {
    let octets = magnitude.drop { $0 == 0 }
    guard let first = octets.first else { return derElement(.integer, [0]) }
    return derElement(.integer, first < 0x80 ? [] : [0], Array(octets))
}

/// The fewest octets that hold a non-negative value; one octet for zero.
private func bigEndian(_ value: Int) -> [UInt8] {
    let octets = (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    return Array(octets.drop { $0 == 0 }.isEmpty ? octets.suffix(1) : octets.drop { $0 == 0 })
}
