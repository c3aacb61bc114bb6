/// The paths that are served: each in one spelling, so that what is compared is what is meant.
enum RequestPath {
    /// RFC 3986 §6.2: nothing to normalise. No empty or dot segment, no trailing slash, and no octet escaped but those that
    /// a segment cannot hold plainly.
    static func isCanonical(_ path: String) -> Bool {
        guard path.utf8.first == UInt8(ascii: "/") else { return false }
        if path == "/" { return true }
        return path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".." && segment.utf8.allSatisfy(isPlain)
        }
    }

    /// RFC 3986 §3.3, without percent-encoding: every path that is served has ASCII names only.
    private static func isPlain(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "-._~!$&'()*+,;=:@".utf8.contains(octet)
        }
    }
}
