/// The one request of a connection, where it is as plain as those of programs that ask once: RFC 9112 in a single packet.
///
/// It recognises, and refuses nothing: what is not plain is nil here, and for a whole parser to judge. Whatever it recognises every
/// parser reads alike: each field once, no empty or folded line, no coding, nothing behind the body.
package struct PlainRequest: Equatable, Sendable {
    package enum Method: Sendable { case get, head, post }

    package let method: Method
    /// As it came; it begins with a slash.
    package let target: String
    package let contentType: String?
    package let ifNoneMatch: String?
    /// Where its body is among the octets.
    package let body: Range<Int>

    /// - Parameter count: how many of the octets came.
    package init?(_ octets: [UInt8], count: Int, mostFields: Int) {
        var reader = PlainReader(octets, count: min(count, octets.count))
        switch reader.word(endingWith: UInt8(ascii: " "), isPart: { (0x41...0x5A).contains($0) }) {
        case "GET": method = .get
        case "HEAD": method = .head
        case "POST": method = .post
        default: return nil
        }
        guard let target = reader.word(endingWith: UInt8(ascii: " "), isPart: { (0x21...0x7E).contains($0) }),
            target.utf8.first == UInt8(ascii: "/"), let version = reader.version()
        else { return nil }
        self.target = target
        let isOld = version == "HTTP/1.0"
        guard isOld || version == "HTTP/1.1" else { return nil }
        var fields = Fields()
        while let name = reader.name() {
            guard fields.count < mostFields, let value = reader.line(), fields.take(name, value) else { return nil }
        }
        guard reader.endsHead(), isOld || (fields.isLast && fields.hasHost) else { return nil }
        // RFC 9110 §9.3.1: what stands behind a GET means nothing, and is another request to some.
        let length = method == .post ? fields.length : fields.length ?? 0
        guard let length, method == .post || length == 0, reader.left == length else { return nil }
        (contentType, ifNoneMatch) = (fields.contentType, fields.ifNoneMatch)
        body = reader.place..<reader.place + length
    }

    private struct Fields {
        var count = 0
        var hasHost = false
        var isLast = false
        var length: Int?
        var contentType: String?
        var ifNoneMatch: String?

        /// False: it changes how the message is read, or stands there twice.
        mutating func take(_ name: String, _ value: String) -> Bool {
            count += 1
            switch name {
            case "host":
                guard !hasHost else { return false }
                hasHost = true
            case "connection":
                guard !isLast, value.lowercased() == "close" else { return false }
                isLast = true
            case "content-length":
                guard length == nil, (1...6).contains(value.utf8.count),
                    value.utf8.allSatisfy({ (0x30...0x39).contains($0) })
                else { return false }
                length = Int(value)
            case "content-type":
                guard contentType == nil else { return false }
                contentType = value
            case "if-none-match":
                guard ifNoneMatch == nil else { return false }
                ifNoneMatch = value
            case "transfer-encoding", "expect", "upgrade", "trailer", "te", "http2-settings": return false
            default: break
            }
            return true
        }
    }
}

/// Reads a head from its beginning.
private struct PlainReader {
    private let octets: [UInt8]
    private let count: Int
    private(set) var place = 0

    init(_ octets: [UInt8], count: Int) { (self.octets, self.count) = (octets, count) }

    var left: Int { count - place }

    /// One octet or more up to a separator, which is read too. Nil: nothing is read.
    mutating func word(endingWith separator: UInt8, isPart: (UInt8) -> Bool) -> String? {
        var end = place
        while end < count, octets[end] != separator {
            guard isPart(octets[end]) else { return nil }
            end += 1
        }
        guard end < count, end > place else { return nil }
        defer { place = end + 1 }
        return text(place, end)
    }

    /// The end of the request line, without a space before it or behind it. RFC 9112 §3.
    mutating func version() -> String? {
        guard let version = word(endingWith: 0x0D, isPart: { (0x21...0x7E).contains($0) }), place < count,
            octets[place] == 0x0A
        else { return nil }
        place += 1
        return version
    }

    /// RFC 9110 §5.1, §5.6.2: a token right before its colon, in lower case. Nil at the end of the fields, and at what is none.
    mutating func name() -> String? {
        word(endingWith: UInt8(ascii: ":")) { Self.isToken[Int($0)] }?.lowercased()
    }

    /// The rest of a line without the spaces around it, and its CRLF. RFC 9110 §5.5: visible ASCII, spaces and tabs.
    mutating func line() -> String? {
        while place < count, octets[place] == 0x20 || octets[place] == 0x09 { place += 1 }
        let start = place
        while place < count, octets[place] == 0x09 || (0x20...0x7E).contains(octets[place]) { place += 1 }
        guard place + 1 < count, octets[place] == 0x0D, octets[place + 1] == 0x0A else { return nil }
        var end = place
        while end > start, octets[end - 1] == 0x20 || octets[end - 1] == 0x09 { end -= 1 }
        place += 2
        return text(start, end)
    }

    mutating func endsHead() -> Bool {
        guard place + 1 < count, octets[place] == 0x0D, octets[place + 1] == 0x0A else { return false }
        place += 2
        return true
    }

    private func text(_ start: Int, _ end: Int) -> String { String(decoding: octets[start..<end], as: UTF8.self) }

    private static let isToken: [Bool] = (0..<256).map { octet in
        switch UInt8(octet) {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case let other: "!#$%&'*+-.^_`|~".utf8.contains(other)
        }
    }
}
