import Foundation
import SymbolonWire
import Testing

@Suite("RFC 8259: objects that write themselves")
struct JSONTextTests {
    private struct Part: JSONMembers {
        let name: String

        func write(to object: inout JSONText) { object.member("name", name) }
    }

    private struct Whole: JSONMembers {
        var text: String? = "plain"
        var number: Int? = -3
        var fraction = 0.25

        func write(to object: inout JSONText) {
            object.member("text", text)
            object.member("number", number)
            object.member("largest", UInt64.max)
            object.member("fraction", fraction)
            object.member("yes", true)
            Part(name: "beside").write(to: &object)
            object.member("moment", Date(timeIntervalSince1970: 1_700_000_000.5))
            object.member("precise", precisely: Date(timeIntervalSince1970: 1_700_000_000.25))
            object.member("list", ["a", "b"])
            object.member("empty", [String]())
            object.member("map", ["z": "1", "a": "2"])
            object.member("part", object: Part(name: "within"))
            object.member("parts", objects: [Part(name: "1"), Part(name: "2")])
            object.member("last", 1)
        }
    }

    private static func text(_ value: some JSONMembers) -> String {
        var text = JSONText()
        text.object(value)
        return String(decoding: text.bytes, as: UTF8.self)
    }

    @Test("members stand in the order in which they are written, of what is within closed before what follows")
    func members() {
        #expect(
            Self.text(Whole())
                == #"{"text":"plain","number":-3,"largest":18446744073709551615,"fraction":0.25,"yes":true,"#
                + #""name":"beside","moment":"2023-11-14T22:13:20Z","precise":"2023-11-14T22:13:20.250Z","#
                + #""list":["a","b"],"empty":[],"map":{"a":"2","z":"1"},"part":{"name":"within"},"#
                + #""parts":[{"name":"1"},{"name":"2"}],"last":1}"#)
    }

    @Test("what has no value has no member, and what is no number is null")
    func absent() throws {
        let text = Self.text(Whole(text: nil, number: nil, fraction: .nan))
        #expect(text.hasPrefix(#"{"largest":18446744073709551615,"fraction":null,"yes":true,"#))
    }

    @Test(
        "text that a peer chose can neither end a string nor begin a line",
        arguments: [
            "\"}\n{\"event\":\"accepted\"", "\\", "\u{0}\u{1f}\u{7f}\r\t", "é 漢 🎭", "a/b", "\u{2028}",
            "\u{85}\u{9b}31m\u{202e}\u{2029}\u{e0001}",
        ])
    func escapes(_ chosen: String) throws {
        let text = Self.text(Part(name: chosen))
        #expect(try JSONDecoder().decode([String: String].self, from: Data(text.utf8)) == ["name": chosen])
        #expect(text.unicodeScalars.allSatisfy { !$0.isUnprintable })
    }
}
