/// How a text from a stranger is shown to a person.
package enum NameText {
    /// The most characters shown: enough to recognise any honest name, too few to flood a log line.
    static let limit = 120

    /// Printable ASCII as it is; everything else escaped, so that look-alikes, direction marks and NUL are seen.
    package static func shown(_ text: some StringProtocol) -> String {
        var shown = ""
        for (position, scalar) in text.unicodeScalars.enumerated() {
            guard position < limit else { return shown + "…" }
            switch scalar {
            case "\"", "\\": shown += "\\\(scalar)"
            case " "..."~": shown.unicodeScalars.append(scalar)
            default: shown += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return shown
    }

    package static func shown(_ octets: some Sequence<UInt8>) -> String {
        "octets " + octets.prefix(limit / 2).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// Octet classes that several kinds of names share, on ASCII alone.
extension UInt8 {
    var isASCIIDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
    var isASCIIUpper: Bool { self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") }
    var isASCIILower: Bool { self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") }
    var isASCIILetter: Bool { isASCIIUpper || isASCIILower }
    var isASCIIHexDigit: Bool { hexValue != nil }
    var asciiLowercased: UInt8 { isASCIIUpper ? self | 0x20 : self }

    var hexValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

extension Sequence<UInt8> {
    /// The ASCII text of octets already checked, in lower case.
    func lowercasedText() -> String {
        String(decoding: map(\.asciiLowercased), as: UTF8.self)
    }
}
