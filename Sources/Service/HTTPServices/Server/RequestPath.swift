/// The paths that are served: each in one spelling, so that what is compared is what is meant.
enum RequestPath {
    /// RFC 3986 §6.2: nothing to normalise. No empty or dot segment, no trailing slash, and no octet escaped but those that
    /// a segment cannot hold plainly.
    static func isCanonical(_ path: String) -> Bool {
        let octets = path.utf8
        guard octets.first == UInt8(ascii: "/") else { return false }
        if octets.count == 1 { return true }
        // Of the segment so far: how long it is, and whether it has other octets than dots.
        var length = 0
        var isNamed = false
        for octet in octets.dropFirst() {
            if octet == UInt8(ascii: "/") {
                guard isSegment(length, isNamed) else { return false }
                (length, isNamed) = (0, false)
            } else {
                guard isPlain(octet) else { return false }
                length += 1
                isNamed = isNamed || octet != UInt8(ascii: ".")
            }
        }
        return isSegment(length, isNamed)
    }

    /// Neither empty nor one dot nor two.
    private static func isSegment(_ length: Int, _ isNamed: Bool) -> Bool { isNamed || length > 2 }

    /// RFC 3986 §3.3, without percent-encoding: every path that is served has ASCII names only.
    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: "~!$&'()*+,;=:@".utf8.contains(octet)
        }
    }
}
