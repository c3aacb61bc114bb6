internal import Foundation
internal import SymbolonWire

/// Why a JSON value is not the operation that it should be.
enum StrictDecodingFailure: Error {
    case unknownMember(String)
    case value(at: String, String)

    var explanation: String {
        switch self {
        case .unknownMember(let name): "it has a member that is not known: \(String(name.prefix(100)).debugDescription)"
        case .value(let place, let fault): place.isEmpty ? fault : "\(place): \(fault)"
        }
    }
}

/// Makes values of JSON that strangers sent. A member that the value does not ask for is refused: who misspells one learns
/// of it.
enum StrictDecoder {
    static func decode<Value: Decodable>(
        _ type: Value.Type, from json: JSONValue
    ) throws(StrictDecodingFailure) -> Value {
        do {
            let node = StrictNode(json, [])
            let value = try Value(from: node)
            if let stray = node.unasked { throw StrictDecodingFailure.unknownMember(stray) }
            return value
        } catch let failure as StrictDecodingFailure {
            throw failure
        } catch let failure as DecodingError {
            throw .value(at: failure.place, failure.fault)
        } catch {
            throw .value(at: "", "\(error)")
        }
    }
}

/// One value of the text. Remembers which of its members were asked for.
private final class StrictNode: Decoder {
    let json: JSONValue
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]
    private var asked: Set<String> = []
    private var children: [StrictNode] = []
    private var isKeyed = false

    init(_ json: JSONValue, _ path: [any CodingKey]) {
        self.json = json
        codingPath = path
    }

    /// A member of this value, or of one inside it, that nobody asked for.
    var unasked: String? {
        if isKeyed, let stray = json.members?.first(where: { !asked.contains($0.name) }) { return stray.name }
        for child in children { if let stray = child.unasked { return stray } }
        return nil
    }

    func ask(_ name: String) { asked.insert(name) }

    func child(_ json: JSONValue, _ key: any CodingKey) -> StrictNode {
        let child = StrictNode(json, codingPath + [key])
        children.append(child)
        return child
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard let members = json.members else { throw mismatch("an object") }
        isKeyed = true
        return KeyedDecodingContainer(StrictMembers(node: self, members: members))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = json.array else { throw mismatch("a list") }
        return StrictElements(node: self, elements: elements)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { StrictScalar(node: self) }

    func mismatch(_ wanted: String) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: codingPath, debugDescription: "\(wanted) is wanted"))
    }

    func whole<Number: FixedWidthInteger>(_ type: Number.Type) throws -> Number {
        guard let number = json.integer, let exact = Number(exactly: number) else {
            throw mismatch("a whole number in range")
        }
        return exact
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard type is Date.Type else { return try Value(from: self) }
        guard let text = json.string, let date = AdministrationJSON.date(text) as? Value else {
            throw mismatch("a time of RFC 3339")
        }
        return date
    }
}

private struct StrictMembers<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let node: StrictNode
    let members: [JSONMember]

    var codingPath: [any CodingKey] { node.codingPath }
    /// A dictionary asks for all there are.
    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }

    func contains(_ key: Key) -> Bool {
        node.ask(key.stringValue)
        return members.contains { $0.name == key.stringValue }
    }

    private func child(_ key: Key) throws -> StrictNode {
        node.ask(key.stringValue)
        guard let member = members.first(where: { $0.name == key.stringValue }) else {
            throw DecodingError.keyNotFound(
                key, DecodingError.Context(codingPath: codingPath, debugDescription: "it is missing"))
        }
        return node.child(member.value, key)
    }

    /// A member that is there has a value: `null` is none.
    func decodeNil(forKey key: Key) throws -> Bool { false }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try child(key).decode(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try child(key).decode(type) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try child(key).decode(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try child(key).decode(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try child(key).whole(type) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try child(key).whole(type) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try child(key).whole(type) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try child(key).whole(type) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try child(key).whole(type) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try child(key).whole(type) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try child(key).whole(type) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try child(key).whole(type) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try child(key).whole(type) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try child(key).whole(type) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try child(key).decode(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { try child(key).container(keyedBy: type) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try child(key).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { node }
    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
}

private struct StrictElements: UnkeyedDecodingContainer {
    private struct Index: CodingKey {
        let intValue: Int?
        var stringValue: String { "\(intValue ?? 0)" }
        init(_ index: Int) { intValue = index }
        init?(intValue: Int) { self.intValue = intValue }
        init?(stringValue: String) { return nil }
    }

    let node: StrictNode
    let elements: [JSONValue]
    var currentIndex = 0

    var codingPath: [any CodingKey] { node.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private mutating func next() throws -> StrictNode {
        guard !isAtEnd else { throw node.mismatch("another element") }
        defer { currentIndex += 1 }
        return node.child(elements[currentIndex], Index(currentIndex))
    }

    mutating func decodeNil() throws -> Bool { false }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try next().decode(type) }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> { try next().container(keyedBy: type) }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try next().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try next() }
}

private struct StrictScalar: SingleValueDecodingContainer {
    let node: StrictNode

    var codingPath: [any CodingKey] { node.codingPath }

    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) throws -> Bool {
        guard let truth = node.json.bool else { throw node.mismatch("true or false") }
        return truth
    }
    func decode(_ type: String.Type) throws -> String {
        guard let text = node.json.string else { throw node.mismatch("text") }
        return text
    }
    func decode(_ type: Double.Type) throws -> Double {
        switch node.json {
        case .integer(let number): return Double(number)
        case .number(let spelled): if let number = Double(spelled), number.isFinite { return number }
        default: break
        }
        throw node.mismatch("a number")
    }
    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }
    func decode(_ type: Int.Type) throws -> Int { try node.whole(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try node.whole(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try node.whole(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try node.whole(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try node.whole(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try node.whole(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try node.whole(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try node.whole(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try node.whole(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try node.whole(type) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try node.decode(type) }
}

extension DecodingError {
    fileprivate var context: Context? {
        switch self {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context
        @unknown default: nil
        }
    }

    fileprivate var place: String {
        var path = context?.codingPath.map(\.stringValue) ?? []
        if case .keyNotFound(let key, _) = self { path.append(key.stringValue) }
        return path.joined(separator: ".")
    }

    fileprivate var fault: String { context?.debugDescription ?? "it does not fit" }
}
