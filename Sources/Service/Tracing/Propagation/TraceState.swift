/// What tracing systems tell each other beside `traceparent`: the field `tracestate`, handed on as it came (W3C Trace Context
/// §3.3). Nothing of it is read here.
public struct TraceState: Hashable, Sendable, CustomStringConvertible {
    public static let field = "tracestate"

    public let description: String

    /// §3.3.1.5 asks to hand on at least so many characters, and more than these go no further.
    private static let length = 512
    /// §3.3.1.5: the longer entries go first.
    private static let longEntry = 128
    /// §3.3.1.1.
    private static let entries = 32

    /// - Parameter text: all fields of that name, joined by commas in their order (RFC 9110 §5.3).
    /// - Returns: nil: it is none, or empty; the trace goes on without (§4.3).
    public init?(_ text: String) {
        var entries: [Substring] = []
        var keys: Set<Substring> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: true) {
            let entry = part.trimmed
            // §3.3.1.2: empty members are allowed, and do not count.
            if entry.isEmpty { continue }
            guard let sign = entry.firstIndex(of: "="), Self.isKey(entry[..<sign]),
                Self.isValue(entry[entry.index(after: sign)...]), keys.insert(entry[..<sign]).inserted,
                entries.count < Self.entries
            else { return nil }
            entries.append(entry)
        }
        if Self.size(entries) > Self.length { entries.removeAll { $0.utf8.count > Self.longEntry } }
        while Self.size(entries) > Self.length { entries.removeLast() }
        guard !entries.isEmpty else { return nil }
        description = entries.joined(separator: ",")
    }

    private static func size(_ entries: [Substring]) -> Int {
        entries.reduce(entries.count - 1) { $0 + $1.utf8.count }
    }

    /// §3.3.1.3.1: up to 256 characters, or a tenant of up to 241 and a system of up to 14.
    private static func isKey(_ text: Substring) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        func isName(_ part: Substring.UTF8View.SubSequence, _ limit: Int, digitFirst: Bool) -> Bool {
            guard let first = part.first, part.count <= limit else { return false }
            guard isLetter(first) || (digitFirst && isDigit(first)) else { return false }
            return part.allSatisfy { isLetter($0) || isDigit($0) || [0x5F, 0x2D, 0x2A, 0x2F].contains($0) }
        }
        switch parts.count {
        case 1: return isName(parts[0], 256, digitFirst: false)
        case 2: return isName(parts[0], 241, digitFirst: true) && isName(parts[1], 14, digitFirst: false)
        default: return false
        }
    }

    /// §3.3.1.3.2: up to 256 printable characters without comma and equals sign; the last is no space.
    private static func isValue(_ text: Substring) -> Bool {
        let octets = text.utf8
        guard (1...256).contains(octets.count), octets.last != 0x20 else { return false }
        return octets.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "=") }
    }

    private static func isLetter(_ octet: UInt8) -> Bool { (0x61...0x7A).contains(octet) }
    private static func isDigit(_ octet: UInt8) -> Bool { (0x30...0x39).contains(octet) }
}

extension Substring {
    /// RFC 9110 §5.6.3: without the white space around it.
    fileprivate var trimmed: Substring {
        var rest = self
        while let first = rest.utf8.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.utf8.last, last == 0x20 || last == 0x09 { rest.removeLast() }
        return rest
    }
}
