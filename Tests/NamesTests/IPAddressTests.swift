import SymbolonNames
import Testing

@Suite("RFC 4291 §2.2 in, RFC 5952 out: addresses")
struct IPAddressTests {
    @Test(
        "takes an address and writes it canonically",
        arguments: [
            ("0.0.0.0", "0.0.0.0"),
            ("192.0.2.1", "192.0.2.1"),
            ("255.255.255.255", "255.255.255.255"),
            ("::", "::"),
            ("::1", "::1"),
            ("1::", "1::"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("0:0:1::", "0:0:1::"),
            ("1:0:0:0:0:0:0:0", "1::"),
            ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("::FFFF:C000:0201", "::ffff:192.0.2.1"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
            ("::1.2.3.4", "::102:304"),
            ("fe80::1", "fe80::1"),
        ])
    func canonical(_ text: String, _ canonical: String) throws {
        let address = try IPAddress(text)
        #expect(address.description == canonical)
        #expect(try IPAddress(canonical) == address)
        #expect(try IPAddress(bytes: address.bytes) == address)
    }

    @Test(
        "refuses",
        arguments: [
            ("", IPAddress.Flaw.empty),
            ("1.2.3", .notFourNumbers),
            ("1.2.3.4.5", .notFourNumbers),
            ("1.2.3.", .notFourNumbers),
            ("1..2.3", .notFourNumbers),
            (".1.2.3", .notFourNumbers),
            ("1", .notFourNumbers),
            ("2130706433", .numberTooLarge(at: 0)),
            ("1.2.3.256", .numberTooLarge(at: 6)),
            ("1.2.3.99999999999999999999", .numberTooLarge(at: 6)),
            ("01.2.3.4", .leadingZero(at: 0)),
            ("1.2.3.00", .leadingZero(at: 6)),
            ("0x7f.0.0.1", .character(0x78, at: 1)),
            ("1.2.3.4 ", .character(0x20, at: 7)),
            (" 1.2.3.4", .character(0x20, at: 0)),
            ("+1.2.3.4", .character(0x2B, at: 0)),
            ("1.2.3.4\u{0}", .character(0, at: 7)),
            ("example", .character(0x65, at: 0)),
            ("fe80::1%eth0", .zone),
            ("fe80::1%25x", .zone),
            ("[::1]", .brackets),
            (":", .emptyGroup(at: 0)),
            (":::", .emptyGroup(at: 2)),
            (":1::", .emptyGroup(at: 0)),
            ("1:", .emptyGroup(at: 2)),
            ("1::2::3", .secondCompression(at: 4)),
            ("1:::2", .emptyGroup(at: 3)),
            ("12345::", .groupTooLong(at: 0)),
            ("::00001", .groupTooLong(at: 2)),
            ("::g", .character(0x67, at: 2)),
            ("::1g", .character(0x67, at: 3)),
            ("1:2:3:4:5:6:7", .groups(7)),
            ("1:2:3:4:5:6:7:8:9", .groups(9)),
            ("1:2:3:4:5:6:7:8::", .groups(8)),
            ("::1:2:3:4:5:6:7:8", .groups(8)),
            ("1:2:3:4:5:6:7:1.2.3.4", .groups(9)),
            ("1.2.3.4::", .character(0x3A, at: 7)),
            ("::1.2.3", .notFourNumbers),
            ("::1.2.3.04", .leadingZero(at: 8)),
            ("\u{661}.2.3.4", .character(0xD9, at: 0)),
        ])
    func refusal(_ text: String, _ flaw: IPAddress.Flaw) {
        let failure = #expect(throws: NameFailure.self) { try IPAddress(text) }
        guard case .ip(let actual, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(actual == flaw)
    }

    @Test("octets are four or sixteen")
    func octets() throws {
        #expect(try IPAddress(bytes: [192, 0, 2, 1]) == IPAddress("192.0.2.1"))
        #expect(try IPAddress("192.0.2.1").bytes == [192, 0, 2, 1])
        #expect(try IPAddress("::1").bytes == [UInt8](repeating: 0, count: 15) + [1])
        for count in 0...40 where count != 4 && count != 16 {
            let octets = [UInt8](repeating: 0xAB, count: count)
            let failure = #expect(throws: NameFailure.self) { try IPAddress(bytes: octets) }
            guard case .ip(.octets(count), _) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    @Test("an IPv4 address and the IPv6 address that carries it are two")
    func kinds() throws {
        #expect(try IPAddress("192.0.2.1") != IPAddress("::ffff:192.0.2.1"))
        #expect(try IPAddress("0.0.0.1") != IPAddress("::1"))
    }

    @Test(
        "only a mapped address carries an IPv4 address",
        arguments: [
            ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:0.0.0.0", "0.0.0.0"), ("192.0.2.1", "192.0.2.1"),
            ("::192.0.2.1", "::192.0.2.1"), ("::fffe:192.0.2.1", "::fffe:192.0.2.1"),
            ("1::ffff:192.0.2.1", "1::ffff:192.0.2.1"), ("::1:ffff:192.0.2.1", "::1:ffff:192.0.2.1"),
        ])
    func unmapped(_ address: String, _ inner: String) throws {
        #expect(try IPAddress(address).unmapped == IPAddress(inner))
    }

    @Test("every address of a spread comes back from its text")
    func roundTrip() throws {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<2000 {
            var octets = [UInt8](repeating: 0, count: 16)
            for position in octets.indices {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                // Half of the pairs are zero, so that runs of zeros of all lengths and places occur.
                let isZero = (state >> 40) & 1 == 0
                octets[position] = isZero ? 0 : UInt8(truncatingIfNeeded: state >> 33)
                if position % 2 == 1, isZero { octets[position - 1] = 0 }
            }
            let address = try IPAddress(bytes: octets)
            #expect(try IPAddress(address.description) == address)
            let short = try IPAddress(bytes: Array(octets.prefix(4)))
            #expect(try IPAddress(short.description) == short)
        }
    }
}
