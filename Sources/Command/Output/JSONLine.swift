import Foundation
import SymbolonWire

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

    static func text(members value: some JSONMembers) -> String {
        let lines = JSONLines()
        lines.append(members: value)
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

    func append(members value: some JSONMembers) {
        writer.text.object(value)
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
            text.preciseTime(precise.date)
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
