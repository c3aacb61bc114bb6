import SymbolonWire
import Testing

@Suite("RFC 4648 §5: base64url without padding")
struct Base64URLTests {
    /// RFC 4648 §10, without the padding, and the two digits that differ from §4.
    @Test(
        "agrees with the standard's examples",
        arguments: [
            ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ])
    func examples(_ plain: String, _ text: String) throws {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(try Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test("its last two digits are hyphen and underscore")
    func alphabet() throws {
        #expect(Base64URL.encode([0xFB, 0xFF]) == "-_8")
        #expect(try Base64URL.decode("-_8") == [0xFB, 0xFF])
    }

    @Test(
        "refuses another spelling of the same octets",
        arguments: [
            ("Zg==", Base64Failure.notADigit(at: 2)),
            ("Zh", .looseBits),
            ("Zm9", .looseBits),
            ("Z", .length(1)),
            ("Zm9vY", .length(5)),
            ("+_8", .notADigit(at: 0)),
            ("-/8", .notADigit(at: 1)),
            ("Zm 9v", .length(5)),
            ("Zm9v\n\n\n\n", .notADigit(at: 4)),
            ("Zm9\u{0}", .notADigit(at: 3)),
        ])
    func refusal(_ text: String, _ failure: Base64Failure) {
        #expect(throws: failure) { try Base64URL.decode(text) }
    }

    @Test("every length comes back")
    func roundTrip() throws {
        for count in 0...300 {
            let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 167 &+ count) }
            let text = Base64URL.encode(octets)
            #expect(try Base64URL.decode(text) == octets)
        }
    }
}
