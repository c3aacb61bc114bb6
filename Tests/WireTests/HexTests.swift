import SymbolonWire
import Testing

@Suite("RFC 4648 §8: hexadecimal")
struct HexTests {
    @Test("writes two lower-case digits an octet")
    func encoding() {
        #expect(Hex.encode([0x00, 0x0F, 0xA5, 0xFF]) == "000fa5ff")
        #expect(Hex.encode([]) == "")
    }

    @Test("reads upper and lower case alike")
    func decoding() throws {
        #expect(try Hex.decode("00aBFf") == [0x00, 0xAB, 0xFF])
        #expect(try Hex.decode("") == [])
    }

    @Test(
        "refuses what is not pairs of digits",
        arguments: [
            ("abc", HexFailure.oddLength(3)),
            ("0x", .notADigit(at: 1)),
            ("a g0", .notADigit(at: 1)),
            ("0:", .notADigit(at: 1)),
            ("é", .notADigit(at: 0)),
        ])
    func refusal(_ text: String, _ failure: HexFailure) {
        #expect(throws: failure) { try Hex.decode(text) }
    }

    @Test("every octet comes back")
    func roundTrip() throws {
        let octets = [UInt8](0...255)
        #expect(try Hex.decode(Hex.encode(octets)) == octets)
    }
}
