/// A DNS host name as the server_name extension carries it (RFC 6066 §3): ASCII, no trailing dot, no address literal.
struct HostName: Hashable, Sendable {
    /// Lower case.
    let text: String

    /// Refuses what is no host name: empty or long labels, other characters than letters, digits, `-` and `_`, a numeric
    /// last label (which is how address literals look, WHATWG URL "ends in a number"), more than 253 bytes.
    init?(_ bytes: some Collection<UInt8>) {
        guard (1...253).contains(bytes.count) else { return nil }
        var label = 0
        var isNumeric = true
        var previous = UInt8(ascii: ".")
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "."):
                guard label > 0, previous != UInt8(ascii: "-") else { return nil }
                label = 0
                isNumeric = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                label += 1
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"):
                label += 1
                isNumeric = false
            case UInt8(ascii: "-"):
                guard label > 0 else { return nil }
                label += 1
                isNumeric = false
            default:
                return nil
            }
            guard label <= 63 else { return nil }
            previous = byte
        }
        guard label > 0, previous != UInt8(ascii: "-"), !isNumeric else { return nil }
        text = String(decoding: bytes, as: UTF8.self).lowercased()
    }

    init?(_ text: String) { self.init(text.utf8) }
}
