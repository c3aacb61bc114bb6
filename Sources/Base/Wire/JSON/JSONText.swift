package import Foundation

/// What writes itself as the members of one JSON object, and may do so beside others.
///
/// For what is written for every connection: `Encodable` looks up the types of its containers for each value anew, which is
/// several times the work of writing it.
package protocol JSONMembers {
    func write(to object: inout JSONText)
}

/// JSON text as it is written, and which objects and arrays are open in it. Times are in RFC 3339, slashes plain.
///
/// Nobody says when a container is finished; it is when something is written to one that encloses it.
package struct JSONText {
    package private(set) var bytes: [UInt8] = []
    private var open: [(closing: UInt8, isEmpty: Bool)] = []
    /// A line says the same second twice or more, and the next lines say it too.
    private var seconds: [Int: String] = [:]

    /// How many containers are open: the depth at which the next one's elements stand.
    package var depth: Int { open.count }

    package init() { bytes.reserveCapacity(1024) }

    package mutating func endLine() {
        close(to: 0)
        bytes.append(UInt8(ascii: "\n"))
    }

    package mutating func forget(from start: Int) {
        bytes.removeSubrange(start...)
        open = []
    }

    /// - Returns: the depth of its elements.
    package mutating func begin(_ opening: UInt8, _ closing: UInt8) -> Int {
        bytes.append(opening)
        open.append((closing, true))
        return depth
    }

    /// Makes ready for the next element of the container at `depth`.
    package mutating func element(at depth: Int) {
        close(to: depth)
        if !open[depth - 1].isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[depth - 1].isEmpty = false
    }

    package mutating func member(_ key: String, at depth: Int) {
        element(at: depth)
        string(key)
        bytes.append(UInt8(ascii: ":"))
    }

    /// A number, `true`, `false` or `null`.
    package mutating func literal(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// RFC 8259 §7: quotation mark, reverse solidus and control characters are escaped; so is whatever else moves a terminal's
    /// cursor or ends a line for some readers (U+0085, U+2028), so that nothing that a peer wrote looks like a line of ours.
    package mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        let isPlain = unsafe text.utf8.withContiguousStorageIfAvailable { unsafe !$0.contains(where: Self.isLookedAt) }
        if isPlain == true {
            bytes.append(contentsOf: text.utf8)
        } else {
            for scalar in text.unicodeScalars { append(scalar) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isLookedAt(_ octet: UInt8) -> Bool {
        octet < 0x20 || octet >= 0x7F || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\")
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        switch scalar {
        case "\"", "\\":
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
        case _ where scalar.isUnprintable:
            for unit in UTF16.encode(scalar).map({ Array($0) }) ?? [] {
                let digits = String(unit, radix: 16)
                literal("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
            }
        default: bytes.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
        }
    }

    /// To the second.
    package mutating func time(_ date: Date) {
        string(text(of: date.timeIntervalSince1970.rounded(.down)))
    }

    /// To the millisecond.
    package mutating func preciseTime(_ date: Date) {
        let seconds = date.timeIntervalSince1970
        let whole = seconds.rounded(.down)
        let milliseconds = String(Int((seconds - whole) * 1000))
        string(
            text(of: whole).dropLast() + "." + String(repeating: "0", count: 3 - milliseconds.count) + milliseconds
                + "Z")
    }

    private mutating func text(of second: Double) -> String {
        guard let key = Int(exactly: second) else { return Date(timeIntervalSince1970: second).formatted(.iso8601) }
        if let known = seconds[key] { return known }
        let text = Date(timeIntervalSince1970: second).formatted(.iso8601)
        seconds[key] = text
        return text
    }

    private mutating func close(to depth: Int) {
        while open.count > depth { bytes.append(open.removeLast().closing) }
    }
}

/// Members of the innermost object.
extension JSONText {
    /// One object, as the text or the next element.
    package mutating func object(_ members: some JSONMembers) {
        let depth = begin(UInt8(ascii: "{"), UInt8(ascii: "}"))
        members.write(to: &self)
        close(to: depth - 1)
    }

    /// - Parameter key: without anything that has to be escaped.
    private mutating func key(_ key: StaticString) {
        element(at: depth)
        bytes.append(UInt8(ascii: "\""))
        unsafe bytes.append(contentsOf: UnsafeBufferPointer(start: key.utf8Start, count: key.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// Nothing where there is no value.
    package mutating func member(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        self.key(key)
        string(value)
    }

    /// Nothing where there is no value.
    package mutating func member(_ key: StaticString, _ value: Int?) {
        guard let value else { return }
        self.key(key)
        literal(String(value))
    }

    package mutating func member(_ key: StaticString, _ value: UInt64) {
        self.key(key)
        literal(String(value))
    }

    package mutating func member(_ key: StaticString, _ value: Bool) {
        self.key(key)
        literal(value ? "true" : "false")
    }

    /// JSON has no number that is not finite: `null`.
    package mutating func member(_ key: StaticString, _ value: Double) {
        self.key(key)
        literal(value.isFinite ? "\(value)" : "null")
    }

    /// To the second.
    package mutating func member(_ key: StaticString, _ value: Date) {
        self.key(key)
        time(value)
    }

    package mutating func member(_ key: StaticString, precisely value: Date) {
        self.key(key)
        preciseTime(value)
    }

    package mutating func member(_ key: StaticString, _ values: [String]) {
        self.key(key)
        let depth = begin(UInt8(ascii: "["), UInt8(ascii: "]"))
        for value in values {
            element(at: depth)
            string(value)
        }
        close(to: depth - 1)
    }

    package mutating func member(_ key: StaticString, object: some JSONMembers) {
        self.key(key)
        self.object(object)
    }

    package mutating func member(_ key: StaticString, objects: [some JSONMembers]) {
        self.key(key)
        let depth = begin(UInt8(ascii: "["), UInt8(ascii: "]"))
        for object in objects {
            element(at: depth)
            self.object(object)
        }
        close(to: depth - 1)
    }

    /// In the order of its keys.
    package mutating func member(_ key: StaticString, _ values: [String: String]) {
        self.key(key)
        let depth = begin(UInt8(ascii: "{"), UInt8(ascii: "}"))
        for (key, value) in values.sorted(by: { $0.key < $1.key }) {
            member(key, at: depth)
            string(value)
        }
        close(to: depth - 1)
    }
}

extension Unicode.Scalar {
    /// It shows nothing by itself, and may move the cursor, end a line or turn its direction.
    package var isUnprintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
        default: false
        }
    }
}
