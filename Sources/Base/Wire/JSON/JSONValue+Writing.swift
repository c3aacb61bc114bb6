extension JSONValue {
    /// The value as JSON text, without white space, members in their order. Reads back to the same value.
    public var bytes: [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(256)
        write(into: &text)
        return text
    }

    private func write(into text: inout [UInt8]) {
        switch self {
        case .null: text += "null".utf8
        case .bool(let truth): text += (truth ? "true" : "false").utf8
        case .integer(let number): text += "\(number)".utf8
        case .number(let spelled): text += spelled.utf8
        case .string(let string): Self.write(string, into: &text)
        case .array(let elements):
            text.append(UInt8(ascii: "["))
            for (position, element) in elements.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                element.write(into: &text)
            }
            text.append(UInt8(ascii: "]"))
        case .object(let members):
            text.append(UInt8(ascii: "{"))
            for (position, member) in members.enumerated() {
                if position > 0 { text.append(UInt8(ascii: ",")) }
                Self.write(member.name, into: &text)
                text.append(UInt8(ascii: ":"))
                member.value.write(into: &text)
            }
            text.append(UInt8(ascii: "}"))
        }
    }

    /// RFC 8259 §7: quotation mark, backslash and control characters are escaped, nothing else.
    private static func write(_ string: String, into text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        if isPlain(string.utf8.span) {
            text.append(contentsOf: string.utf8)
        } else {
            for octet in string.utf8 { write(octet, into: &text) }
        }
        text.append(UInt8(ascii: "\""))
    }

    /// Nothing in it has to be escaped, so that all of it can be copied at once: nearly every string.
    private static func isPlain(_ octets: Span<UInt8>) -> Bool {
        for place in octets.indices {
            switch octets[place] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20, 0x7F: return false
            default: continue
            }
        }
        return true
    }

    private static func write(_ octet: UInt8, into text: inout [UInt8]) {
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            text.append(UInt8(ascii: "\\"))
            text.append(octet)
        case UInt8(ascii: "\n"): text += "\\n".utf8
        case 0..<0x20, 0x7F:
            text += "\\u00".utf8
            text += Hex.encode([octet]).utf8
        default: text.append(octet)
        }
    }
}
