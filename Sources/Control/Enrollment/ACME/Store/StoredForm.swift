import Foundation
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonWire

/// A value with one JSON text, which is how a store keeps it beside the columns that it looks up by.
public protocol StoredForm {
    /// Reads what `stored` gave; `damaged` for anything else.
    init(stored text: [UInt8]) throws(StoreFailure)
    /// JSON, UTF-8, without NUL.
    var stored: [UInt8] { get }
}

/// Takes the members of a stored object one by one.
struct StoredReader {
    private let value: JSONValue
    private let what: String

    init(_ text: [UInt8], _ what: String) throws(StoreFailure) {
        do throws(JSONFailure) {
            // Ours, so only corruption is to be survived: an order of 100 names with their authorizations has 20 kB.
            value = try JSONReader.parse(text, limits: JSONReader.Limits(octets: 1 << 20, values: 1 << 14))
        } catch {
            throw .damaged("\(what) is not JSON: \(error.explanation)")
        }
        self.what = what
    }

    init(_ value: JSONValue, _ what: String) {
        self.value = value
        self.what = what
    }

    func damaged(_ name: String) -> StoreFailure { .damaged("\(what): member \(name) does not read back") }

    private func required<Value>(_ name: String, _ read: (JSONValue) -> Value?) throws(StoreFailure) -> Value {
        guard let member = value[name], let found = read(member) else { throw damaged(name) }
        return found
    }

    func has(_ name: String) -> Bool { value[name] != nil }

    func text(_ name: String) throws(StoreFailure) -> String { try required(name, \.string) }
    func bool(_ name: String) throws(StoreFailure) -> Bool { try required(name, \.bool) }
    func integer(_ name: String) throws(StoreFailure) -> Int64 { try required(name, \.integer) }
    func elements(_ name: String) throws(StoreFailure) -> [JSONValue] { try required(name, \.array) }

    func texts(_ name: String) throws(StoreFailure) -> [String] {
        try values(name) { $0 }
    }

    /// Strings of an array, each parsed.
    func values<Value>(_ name: String, _ parse: (String) -> Value?) throws(StoreFailure) -> [Value] {
        var values: [Value] = []
        for element in try elements(name) {
            guard let text = element.string, let value = parse(text) else { throw damaged(name) }
            values.append(value)
        }
        return values
    }

    func parsed<Value>(_ name: String, _ parse: (String) -> Value?) throws(StoreFailure) -> Value {
        try required(name) { $0.string.flatMap(parse) }
    }

    func octets(_ name: String) throws(StoreFailure) -> [UInt8] {
        try parsed(name) { try? Base64URL.decode($0) }
    }

    func id(_ name: String) throws(StoreFailure) -> ResourceID { try parsed(name) { ResourceID($0) } }

    /// Milliseconds since 1970.
    func time(_ name: String) throws(StoreFailure) -> Date {
        Date(timeIntervalSince1970: Double(try integer(name)) / 1000)
    }

    func inside(_ name: String) throws(StoreFailure) -> StoredReader {
        StoredReader(try required(name) { $0.members == nil ? nil : $0 }, "\(what).\(name)")
    }

    func insideIfAny(_ name: String) throws(StoreFailure) -> StoredReader? {
        has(name) ? try inside(name) : nil
    }
}

extension JSONValue {
    static func id(_ id: ResourceID) -> JSONValue { .string(id.description) }
    static func octets(_ octets: [UInt8]) -> JSONValue { .string(Base64URL.encode(octets)) }
    static func texts(_ texts: [String]) -> JSONValue { .array(texts.map(JSONValue.string)) }

    /// Milliseconds since 1970, inside the years that a certificate can say.
    static func time(_ time: Date) -> JSONValue {
        let milliseconds = (time.timeIntervalSince1970 * 1000).rounded()
        return .integer(Int64(min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)))
    }

    /// An object of those members that have a value.
    static func stored(_ members: KeyValuePairs<String, JSONValue?>) -> JSONValue {
        .object(members.compactMap { member in member.value.map { JSONMember(member.key, $0) } })
    }
}
