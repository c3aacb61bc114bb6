import Foundation

/// One JSON object on one line, its members in the order in which the value encodes them; times in RFC 3339, slashes plain.
///
/// For the lines of connections. Foundation's encoder builds a tree of dictionaries first, which for a busy end is a twentieth of
/// all its work; this one writes what it is given as it comes.
enum JSONLine {
    static func text(_ value: some Encodable) throws -> String {
        let writer = JSONWriter()
        try value.encode(to: ElementEncoder(writer))
        return writer.finished()
    }
}

/// The text so far, and which objects and arrays are open in it.
///
/// Nobody says when a container is finished; it is when something is written to one that encloses it.
private final class JSONWriter {
    private var bytes: [UInt8] = []
    private var open: [(closing: UInt8, isEmpty: Bool)] = []

    /// How many containers are open: the depth at which the next one's elements stand.
    var depth: Int { open.count }

    init() { bytes.reserveCapacity(1024) }

    func finished() -> String {
        close(to: 0)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: the depth of its elements.
    func begin(_ opening: Character, _ closing: Character) -> Int {
        bytes.append(contentsOf: opening.utf8)
        open.append((closing.asciiValue ?? 0, true))
        return depth
    }

    /// Makes ready for the next element of the container at `depth`.
    func element(at depth: Int) {
        close(to: depth)
        if !open[depth - 1].isEmpty { bytes.append(UInt8(ascii: ",")) }
        open[depth - 1].isEmpty = false
    }

    func key(_ key: some CodingKey) {
        string(key.stringValue)
        bytes.append(UInt8(ascii: ":"))
    }

    /// A number, `true`, `false` or `null`.
    func literal(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// RFC 8259 §7: quotation mark, reverse solidus and control characters are escaped; so is whatever else moves a terminal's
    /// cursor or ends a line for some readers (U+0085, U+2028), so that nothing that a peer wrote looks like a line of ours.
    func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        if text.utf8.contains(where: Self.isLookedAt) {
            for scalar in text.unicodeScalars { append(scalar) }
        } else {
            bytes.append(contentsOf: text.utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isLookedAt(_ octet: UInt8) -> Bool {
        octet < 0x20 || octet >= 0x7F || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\")
    }

    private func append(_ scalar: Unicode.Scalar) {
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

    func number(_ value: Double) throws {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, EncodingError.Context(codingPath: [], debugDescription: "JSON has no number that is not finite"))
        }
        literal("\(value)")
    }

    func value(_ value: some Encodable) throws {
        if let date = value as? Date {
            string(date.formatted(.iso8601))
        } else if let number = value as? any BinaryInteger {
            literal("\(number)")
        } else if let number = value as? Float {
            try self.number(Double(number))
        } else {
            try value.encode(to: ElementEncoder(self))
        }
    }

    private func close(to depth: Int) {
        while open.count > depth { bytes.append(open.removeLast().closing) }
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
        KeyedEncodingContainer(Members(writer: writer, depth: begin("{", "}")))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer { Items(writer: writer, depth: begin("[", "]")) }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(writer: writer) }

    private func begin(_ opening: Character, _ closing: Character) -> Int {
        let depth = depth ?? writer.begin(opening, closing)
        self.depth = depth
        return depth
    }
}

private struct Members<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let codingPath: [any CodingKey] = []
    let writer: JSONWriter
    let depth: Int

    private func begin(_ key: some CodingKey) {
        writer.element(at: depth)
        writer.key(key)
    }

    func encodeNil(forKey key: Key) {
        begin(key)
        writer.literal("null")
    }

    func encode(_ value: Bool, forKey key: Key) {
        begin(key)
        writer.literal(value ? "true" : "false")
    }

    func encode(_ value: String, forKey key: Key) {
        begin(key)
        writer.string(value)
    }

    func encode(_ value: Double, forKey key: Key) throws {
        begin(key)
        try writer.number(value)
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
        writer.element(at: depth)
        writer.string("super")
        writer.literal(":")
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
        writer.element(at: depth)
        count += 1
    }

    mutating func encodeNil() {
        begin()
        writer.literal("null")
    }

    mutating func encode(_ value: Bool) {
        begin()
        writer.literal(value ? "true" : "false")
    }

    mutating func encode(_ value: String) {
        begin()
        writer.string(value)
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

    func encodeNil() { writer.literal("null") }

    func encode(_ value: Bool) { writer.literal(value ? "true" : "false") }

    func encode(_ value: String) { writer.string(value) }

    func encode(_ value: Double) throws { try writer.number(value) }

    func encode<Value: Encodable>(_ value: Value) throws { try writer.value(value) }
}
