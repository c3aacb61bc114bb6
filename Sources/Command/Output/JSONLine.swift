import Foundation

/// One JSON object on one line, its members in the order in which the value encodes them; times in RFC 3339, slashes plain.
///
/// For the lines of connections. Foundation's encoder builds a tree of dictionaries first, which for a busy end is a twentieth of
/// all its work; this one writes what it is given as it comes.
enum JSONLine {
    static func text(_ value: some Encodable) throws -> String {
        let lines = JSONLines()
        try lines.append(value)
        return String(decoding: lines.bytes.dropLast(), as: UTF8.self)
    }
}

/// Several of them, in one piece of memory, each with its line feed.
final class JSONLines {
    private let writer = JSONWriter()

    var bytes: [UInt8] { writer.text.bytes }

    /// A value that cannot be encoded leaves nothing behind.
    func append(_ value: some Encodable) throws {
        let start = writer.text.bytes.count
        do {
            try value.encode(to: ElementEncoder(writer))
        } catch {
            writer.text.forget(from: start)
            throw error
        }
        writer.text.endLine()
    }
}

/// A time to the millisecond; other times are written to the second.
struct PreciseTime: Encodable {
    let date: Date

    func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        try value.encode(date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    }
}

/// The text so far, and which objects and arrays are open in it.
///
/// Nobody says when a container is finished; it is when something is written to one that encloses it.
private struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var open: [(closing: UInt8, isEmpty: Bool)] = []
    /// A line says the same second twice or more, and the next lines say it too.
    private var seconds: [Int: String] = [:]

    /// How many containers are open: the depth at which the next one's elements stand.
    var depth: Int { open.count }

    init() { bytes.reserveCapacity(1024) }

    mutating func endLine() {
        close(to: 0)
        bytes.append(UInt8(ascii: "\n"))
    }

    mutating func forget(from start: Int) {
        bytes.removeSubrange(start...)
        open = []
    }

    /// - Returns: the depth of its elements.
    mutating func begin(_ opening: UInt8, _ closing: UInt8) -> Int {
        bytes.append(opening)
        open.append((closing, true))
        return depth
    }

    /// Makes ready for the next element of the container at `depth`.
    mutating func element(at depth: Int) {
        close(to: depth)
        if !open[depth - 1].isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[depth - 1].isEmpty = false
    }

    mutating func member(_ key: String, at depth: Int) {
        element(at: depth)
        string(key)
        bytes.append(UInt8(ascii: ":"))
    }

    /// A number, `true`, `false` or `null`.
    mutating func literal(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// RFC 8259 §7: quotation mark, reverse solidus and control characters are escaped; so is whatever else moves a terminal's
    /// cursor or ends a line for some readers (U+0085, U+2028), so that nothing that a peer wrote looks like a line of ours.
    mutating func string(_ text: String) {
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

    /// RFC 3339, to the second.
    mutating func time(_ date: Date) {
        string(text(of: date.timeIntervalSince1970.rounded(.down)))
    }

    /// The same to the millisecond.
    mutating func time(_ precise: PreciseTime) {
        let seconds = precise.date.timeIntervalSince1970
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

/// The text, as all the containers of a value share it.
private final class JSONWriter {
    var text = JSONText()

    func number(_ value: Double) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, EncodingError.Context(codingPath: [], debugDescription: "JSON has no number that is not finite"))
        }
        text.literal("\(value)")
    }

    /// Types are compared before anything is cast: a cast that fails looks for conformances, for every value of every line.
    func value<Value: Encodable>(_ value: Value) throws {
        if Value.self == Date.self, let date = value as? Date {
            text.time(date)
        } else if Value.self == PreciseTime.self, let precise = value as? PreciseTime {
            text.time(precise)
        } else {
            try value.encode(to: ElementEncoder(self))
        }
    }
}

/// Encodes one value where the text now ends.
private final class ElementEncoder: Encoder {
    let codingPath: [any CodingKey] = []
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private let writer: JSONWriter
    /// Of the elements of this value's container, once it has one: a value may ask for its container again.
    private var depth: Int?

    init(_ writer: JSONWriter) { self.writer = writer }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(Members(writer: writer, depth: begin(UInt8(ascii: "{"), UInt8(ascii: "}"))))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        Items(writer: writer, depth: begin(UInt8(ascii: "["), UInt8(ascii: "]")))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(writer: writer) }

    private func begin(_ opening: UInt8, _ closing: UInt8) -> Int {
        let depth = depth ?? writer.text.begin(opening, closing)
        self.depth = depth
        return depth
    }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let codingPath: [any CodingKey] = []
    let writer: JSONWriter
    let depth: Int

    private func begin(_ key: Key) { writer.text.member(key.stringValue, at: depth) }

    func encodeNil(forKey key: Key) {
        begin(key)
        writer.text.literal("null")
    }

    func encode(_ value: Bool, forKey key: Key) {
        begin(key)
        writer.text.literal(value ? "true" : "false")
    }

    func encode(_ value: String, forKey key: Key) {
        begin(key)
        writer.text.string(value)
    }

    func encode(_ value: Double, forKey key: Key) throws {
        begin(key)
        try writer.number(value)
    }

    func encode(_ value: Int, forKey key: Key) {
        begin(key)
        writer.text.literal(String(value))
    }

    func encode(_ value: UInt64, forKey key: Key) {
        begin(key)
        writer.text.literal(String(value))
    }

    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        begin(key)
        try writer.value(value)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        begin(key)
        return ElementEncoder(writer).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        begin(key)
        return ElementEncoder(writer).unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        writer.text.member("super", at: depth)
        return ElementEncoder(writer)
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        begin(key)
        return ElementEncoder(writer)
    }
}

private struct Items: UnkeyedEncodingContainer {
    let codingPath: [any CodingKey] = []
    let writer: JSONWriter
    let depth: Int
    private(set) var count = 0

    init(writer: JSONWriter, depth: Int) {
        self.writer = writer
        self.depth = depth
    }

    private mutating func begin() {
        writer.text.element(at: depth)
        count += 1
    }

    mutating func encodeNil() {
        begin()
        writer.text.literal("null")
    }

    mutating func encode(_ value: Bool) {
        begin()
        writer.text.literal(value ? "true" : "false")
    }

    mutating func encode(_ value: String) {
        begin()
        writer.text.string(value)
    }

    mutating func encode(_ value: Double) throws {
        begin()
        try writer.number(value)
    }

    mutating func encode<Value: Encodable>(_ value: Value) throws {
        begin()
        try writer.value(value)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        begin()
        return ElementEncoder(writer).container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        begin()
        return ElementEncoder(writer).unkeyedContainer()
    }

    mutating func superEncoder() -> any Encoder {
        begin()
        return ElementEncoder(writer)
    }
}

private struct Single: SingleValueEncodingContainer {
    let codingPath: [any CodingKey] = []
    let writer: JSONWriter

    func encodeNil() { writer.text.literal("null") }

    func encode(_ value: Bool) { writer.text.literal(value ? "true" : "false") }

    func encode(_ value: String) { writer.text.string(value) }

    func encode(_ value: Double) throws { try writer.number(value) }

    /// Numbers come here by themselves, too.
    func encode<Value: Encodable>(_ value: Value) throws {
        if let number = value as? any BinaryInteger {
            writer.text.literal("\(number)")
        } else if let number = value as? Float {
            try writer.number(Double(number))
        } else {
            try writer.value(value)
        }
    }
}
