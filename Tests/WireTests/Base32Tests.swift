import SymbolonWire
import Testing

@Suite("RFC 4648 §6: base 32")
struct Base32Tests {
    @Test(
        "the RFC's own (§10), without their padding",
        arguments: [
            ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ])
    func published(_ plain: String, _ text: String) throws {
        #expect(Base32.encode(Array(plain.utf8)) == text)
        #expect(try Base32.decode(text) == Array(plain.utf8))
        #expect(try Base32.decode(text.lowercased()) == Array(plain.utf8))
    }

    @Test(
        "one text for each octets, and nothing else",
        arguments: [
            ("M", .notWhole), ("MZX", .notWhole), ("MZXW6Y", .notWhole), ("MZ", .notWhole),
            ("MY======", .notADigit(at: 2)),
            ("M1", .notADigit(at: 1)), ("M Y", .notADigit(at: 1)), ("ÄY", .notADigit(at: 0)),
        ] as [(String, Base32Failure)])
    func refused(_ text: String, _ failure: Base32Failure) {
        #expect(throws: failure) { try Base32.decode(text) }
    }

    @Test("every length there and back")
    func lengths() throws {
        for count in 0..<40 {
            let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) }
            #expect(try Base32.decode(Base32.encode(octets)) == octets)
        }
    }
}
