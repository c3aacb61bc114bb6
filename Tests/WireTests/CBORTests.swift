import SymbolonWire
import Testing

@Suite("CTAP 2.2 §8: canonical CBOR, and nothing else")
struct CBORTests {
    @Test(
        "values are what they say",
        arguments: [
            ([0x00], .unsigned(0)), ([0x17], .unsigned(23)), ([0x18, 24], .unsigned(24)),
            ([0x19, 1, 0], .unsigned(256)),
            ([0x1A, 0, 1, 0, 0], .unsigned(65_536)), ([0x1B, 0, 0, 0, 1, 0, 0, 0, 0], .unsigned(1 << 32)),
            ([0x20], .negative(0)), ([0x39, 1, 0], .negative(256)), ([0x42, 1, 2], .bytes([1, 2])),
            ([0x40], .bytes([])),
            ([0x62, 0xC3, 0xA9], .text("é")), ([0x80], .array([])),
            ([0x82, 1, 2], .array([.unsigned(1), .unsigned(2)])),
            ([0xA0], .map([])), ([0xF4], .bool(false)), ([0xF5], .bool(true)), ([0xF6], .null), ([0xF7], .undefined),
            ([0xE0], .simple(0)), ([0xF8, 32], .simple(32)), ([0xF9, 0x3E, 0x00], .float(1.5)),
            ([0xFA, 0x3F, 0xC0, 0, 0], .float(1.5)), ([0xFB, 0x3F, 0xF8, 0, 0, 0, 0, 0, 0], .float(1.5)),
            (
                [0xA2, 0x01, 0x02, 0x20, 0x03],
                .map([CBORMember(.unsigned(1), .unsigned(2)), CBORMember(.negative(0), .unsigned(3))])
            ),
            // The shorter key first, then by octets.
            (
                [0xA2, 0x61, 0x7A, 0x01, 0x62, 0x61, 0x61, 0x02],
                .map([CBORMember(.text("z"), .unsigned(1)), CBORMember(.text("aa"), .unsigned(2))])
            ),
        ] as [([UInt8], CBORValue)])
    func values(_ octets: [UInt8], _ value: CBORValue) throws { #expect(try CBORReader.parse(octets) == value) }

    @Test(
        "P15: what is not canonical, or not whole, is refused",
        arguments: [
            ([], .truncated), ([0x18, 23], .notShortest(at: 0)), ([0x19, 0, 255], .notShortest(at: 0)),
            ([0x1A, 0, 0, 255, 255], .notShortest(at: 0)),
            ([0x1B, 0, 0, 0, 0, 255, 255, 255, 255], .notShortest(at: 0)),
            ([0x58, 1, 7], .notShortest(at: 0)), ([0x5F, 0x41, 1, 0xFF], .indefiniteLength(at: 0)),
            ([0x9F, 0xFF], .indefiniteLength(at: 0)), ([0xBF, 0xFF], .indefiniteLength(at: 0)),
            ([0xFF], .indefiniteLength(at: 0)),
            ([0x1C], .reserved(at: 0)), ([0xFC], .reserved(at: 0)), ([0xF8, 31], .notShortest(at: 0)),
            ([0xC0, 0], .tag(at: 0)),
            ([0x61, 0xFF], .notUTF8(at: 0)), ([0x42, 1], .truncated), ([0x82, 1], .truncated), ([0x18], .truncated),
            ([0xA1, 1], .truncated), ([0x5B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
            ([0x9B, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
            ([0xBB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .truncated),
            ([0xA2, 1, 2, 1, 3], .keyOrder(at: 3)), ([0xA2, 2, 2, 1, 3], .keyOrder(at: 3)),
            ([0xA2, 0x20, 2, 1, 3], .keyOrder(at: 3)), ([0xA2, 0x62, 0x61, 0x61, 1, 0x61, 0x7A, 2], .keyOrder(at: 5)),
            ([0, 0], .afterEnd(at: 1)), ([0x81, 0x81, 0x81, 0x81, 0x81, 0], .tooDeep(limit: 4)),
        ] as [([UInt8], CBORFailure)])
    func refused(_ octets: [UInt8], _ failure: CBORFailure) {
        #expect(throws: failure) { try CBORReader.parse(octets) }
    }

    @Test("the bounds hold, and what is just within them is read")
    func bounds() throws {
        #expect(throws: CBORFailure.tooLong(octets: 3, limit: 2)) {
            try CBORReader.parse([0x42, 1, 2], limits: .init(octets: 2))
        }
        let many = [0x98, 30] + [UInt8](repeating: 0, count: 30)
        #expect(throws: CBORFailure.tooManyItems(limit: 30)) { try CBORReader.parse(many, limits: .init(items: 30)) }
        #expect(try CBORReader.parse(many, limits: .init(items: 31)).array?.count == 30)
        #expect(try CBORReader.parse([0x81, 0x81, 0x81, 0x81, 0]).array?.count == 1)
    }

    @Test("the first of several values is taken, the rest is left; members are found by their keys")
    func first() throws {
        var octets: ArraySlice<UInt8> = [0xA2, 0x20, 0x07, 0x61, 0x61, 0x08, 0x05]
        let map = try CBORReader.parseFirst(of: &octets)
        #expect(octets == [0x05])
        #expect(map[-1]?.integer == 7 && map["a"]?.integer == 8 && map["b"] == nil && map[0] == nil)
        #expect(CBORValue.negative(6).integer == -7 && CBORValue.unsigned(.max).integer == nil)
        #expect(CBORValue.negative(.max).integer == nil && CBORValue.null[1] == nil)
    }
}
