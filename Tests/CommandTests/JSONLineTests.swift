import Foundation
import SymbolonWire
import Testing

@testable import symbolon

@Suite("RFC 8259: the lines of connections")
struct JSONLineTests {
    private enum Colour: String, Codable { case red }

    private enum Choice: Codable, Equatable { case some(number: Int, [String]), none }

    private struct Everything: Codable, Equatable {
        var text = "plain"
        var whole = -3
        var largest = UInt64.max
        var small: Int8 = -128
        var port: UInt16 = 65_535
        var perhaps: Int32? = 7
        var fraction = 0.25
        var single: Float = 1.5
        var yes = true
        var colour = Colour.red
        var missing: String?
        var moment = Date(timeIntervalSince1970: 1_700_000_000)
        var list = [1, 2]
        var nested = ["one": ["two": [true, false]]]
        var empty: [String] = []
        var emptier: [String: Int] = [:]
        var choices = [Choice.some(number: 1, ["a"]), .none]
    }

    private static func decoded<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        return try decoder.decode(type, from: Data(text.utf8))
    }

    @Test("what is written is read back by another decoder, whatever its shape")
    func readBack() throws {
        let value = Everything()
        #expect(try Self.decoded(Everything.self, JSONLine.text(value)) == value)
    }

    @Test("members come in the order in which they are encoded, on one line")
    func order() throws {
        #expect(try JSONLine.text(["b"]) == #"["b"]"#)
        let text = try JSONLine.text(Everything())
        #expect(text.hasPrefix(#"{"text":"plain","whole":-3,"#))
        #expect(!text.contains("\n"))
    }

    @Test(
        "text that a peer chose can neither end a string nor begin a line",
        arguments: [
            "\"}\n{\"event\":\"accepted\"", "\\", "\u{0}\u{1f}\u{7f}\r\t", "é 漢 🎭", "a/b", "\u{2028}",
            "\u{85}\u{9b}31m\u{202e}\u{2029}\u{e0001}",
        ])
    func escapes(_ text: String) throws {
        let line = try JSONLine.text(["peer": text])
        #expect(try Self.decoded([String: String].self, line) == ["peer": text])
        #expect(line.unicodeScalars.allSatisfy { !$0.isUnprintable })
    }

    @Test("a value may open its container a second time, and goes on in it")
    func flat() throws {
        struct Inner: Encodable { let a = [1] }
        struct Outer: Encodable {
            private enum CodingKeys: String, CodingKey { case first, last }

            func encode(to encoder: any Encoder) throws {
                var object = encoder.container(keyedBy: CodingKeys.self)
                try object.encode(1, forKey: .first)
                try Inner().encode(to: encoder)
                try object.encode(2, forKey: .last)
            }
        }
        #expect(try JSONLine.text(Outer()) == #"{"first":1,"a":[1],"last":2}"#)
    }

    @Test("a number that is not finite is refused", arguments: [Double.nan, .infinity])
    func notFinite(_ number: Double) {
        #expect(throws: EncodingError.self) { try JSONLine.text([number]) }
    }
}
