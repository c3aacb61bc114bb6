import SymbolonCertificates
import SymbolonTestSupport
import Testing

@Suite("RFC 5280 §4.1.2.2: serial numbers")
struct SerialNumberTests {
    private func parsed(_ contents: [UInt8]) throws -> SerialNumber {
        var chain = TestPKI.goodChain()
        chain.leaf.serialNumber = contents
        return try Certificate(der: chain.leafDER).serialNumber
    }

    @Test(
        "a certificate's number is kept whatever it is, with what the standard has against it",
        arguments: [
            ([0x00], .zero, "00"),
            ([0x80], .negative, "-80"),
            ([0xFF], .negative, "-ff"),
            ([0x01] + [UInt8](repeating: 0, count: 20), .tooLong(octets: 21), "01" + String(repeating: "0", count: 40)),
            ([0x00, 0x80], nil, "80"),
            ([0x7F], nil, "7f"),
            ([UInt8](repeating: 0x7F, count: 20), nil, String(repeating: "7f", count: 20)),
        ] as [([UInt8], SerialNumber.Violation?, String)])
    func kept(_ contents: [UInt8], _ violation: SerialNumber.Violation?, _ text: String) throws {
        let number = try parsed(contents)
        #expect(number.violation == violation)
        #expect(number.description == text)
        #expect(number.contents == contents)
    }

    @Test("a number to issue is positive and at most 20 octets as an INTEGER")
    func issuable() throws {
        #expect(try SerialNumber(magnitude: [0, 0, 0x80]).contents == [0x00, 0x80])
        #expect(try SerialNumber(magnitude: [0, 0, 0x80]).magnitude == [0x80])
        #expect(try SerialNumber(magnitude: [UInt8](repeating: 0x7F, count: 20)).violation == nil)
        #expect(throws: CertificateFailure.serialNumber(.tooLong(octets: 21))) {
            try SerialNumber(magnitude: [UInt8](repeating: 0x80, count: 20))
        }
        #expect(throws: CertificateFailure.serialNumber(.zero)) { try SerialNumber(magnitude: [0, 0]) }
        #expect(throws: CertificateFailure.serialNumber(.zero)) { try SerialNumber(magnitude: [UInt8]()) }
    }

    @Test("text and number are the same either way")
    func text() throws {
        let number = try SerialNumber(magnitude: [0xAB, 0x00, 0x01])
        #expect(number.description == "ab0001")
        #expect(SerialNumber("ab0001") == number)
        #expect(SerialNumber("AB:00:01") == number)
        #expect(SerialNumber("0ab0001") == number)
        for text in ["", "0", "00", "-80", "xyz", "12 34", String(repeating: "80", count: 20)] {
            #expect(SerialNumber(text) == nil, "\(text)")
        }
    }
}
