import SymbolonCertificates
import Testing

@Suite("X.690 §8.19: object identifiers")
struct ObjectIdentifierTests {
    @Test(
        "are written with points",
        arguments: [
            (ObjectIdentifier(2, 5, 29, 19), "2.5.29.19"),
            (ObjectIdentifier(1, 2, 840, 113_549, 1, 9, 14), "1.2.840.113549.1.9.14"),
            (ObjectIdentifier(0, 9, 2342, 19_200_300, 100, 1, 25), "0.9.2342.19200300.100.1.25"),
            (ObjectIdentifier(0, 0), "0.0"),
            (ObjectIdentifier(1, 39), "1.39"),
            (ObjectIdentifier(2, 0), "2.0"),
            (ObjectIdentifier(2, 19), "2.19"),
            (ObjectIdentifier(2, 20), "2.20"),
            (ObjectIdentifier(2, 999, 3), "2.999.3"),
            (ObjectIdentifier(2, 4_294_967_295), "2.4294967295"),
        ])
    func text(_ identifier: ObjectIdentifier, _ text: String) {
        #expect(identifier.description == text)
        #expect(ObjectIdentifier(contents: identifier.contents) == identifier)
    }

    @Test("an arc made from a UUID, beyond 64 bits, is written in full")
    func giantArc() throws {
        let allOnes = [UInt8](repeating: 0xFF, count: 18)
        let identifier = try #require(ObjectIdentifier(contents: [0x69, 0x83] + allOnes[1...] + [0x7F]))
        #expect(identifier.description == "2.25.340282366920938463463374607431768211455")
    }

    @Test(
        "refuses octets that are none",
        arguments: [[], [0x80, 0x01], [0x55, 0x80, 0x01], [0x55, 0x9D], [UInt8](repeating: 1, count: 65)] as [[UInt8]])
    func refused(_ contents: [UInt8]) {
        #expect(ObjectIdentifier(contents: contents) == nil)
    }
}
