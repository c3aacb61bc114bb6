import SymbolonNames
import Testing

@Suite("Networks: an address and a contiguous prefix")
struct IPNetworkTests {
    @Test(
        "takes",
        arguments: [
            "0.0.0.0/0", "10.0.0.0/8", "192.0.2.1/32", "192.0.2.128/25", "::/0", "::1/128", "fd00::/8", "2001:db8::/33",
        ])
    func canonical(_ text: String) throws {
        let network = try IPNetwork(text)
        #expect(network.description == text)
        #expect(try IPNetwork(bytes: network.bytes) == network)
    }

    @Test(
        "refuses",
        arguments: [
            ("10.0.0.0", IPNetwork.Flaw.noPrefixLength),
            ("", .noPrefixLength),
            ("10.0.0.0/", .prefixLength(maximum: 32)),
            ("10.0.0.0/33", .prefixLength(maximum: 32)),
            ("10.0.0.0/08", .prefixLength(maximum: 32)),
            ("10.0.0.0/-1", .prefixLength(maximum: 32)),
            ("10.0.0.0/+8", .prefixLength(maximum: 32)),
            ("10.0.0.0/99999999999999999999999", .prefixLength(maximum: 32)),
            ("10.0.0.0/255.0.0.0", .prefixLength(maximum: 32)),
            ("10.0.0.0/8/8", .prefixLength(maximum: 32)),
            ("::/129", .prefixLength(maximum: 128)),
            ("10.0.0.1/8", .bitsBehindPrefix(network: "10.0.0.0/8")),
            ("2001:db8::1/64", .bitsBehindPrefix(network: "2001:db8::/64")),
            ("10.0.0/8", .address(.notFourNumbers)),
            ("/8", .address(.empty)),
        ])
    func refusal(_ text: String, _ flaw: IPNetwork.Flaw) {
        #expect(throws: NameFailure.network(flaw, in: text)) { try IPNetwork(text) }
    }

    @Test(
        "contains the addresses of its kind that begin as it does",
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("10.0.0.0/8", "::ffff:10.0.0.1", false),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("0.0.0.0/0", "::1", false),
            ("192.0.2.128/25", "192.0.2.127", false),
            ("192.0.2.128/25", "192.0.2.128", true),
            ("192.0.2.1/32", "192.0.2.1", true),
            ("192.0.2.1/32", "192.0.2.2", false),
            ("::/0", "ffff::1", true),
            ("::/0", "1.2.3.4", false),
            ("::1/128", "0.0.0.1", false),
            ("2001:db8::/63", "2001:db8:0:1::", true),
            ("2001:db8::/63", "2001:db8:0:2::", false),
            ("2001:db8::/65", "2001:db8::7fff:0:0:1", true),
            ("2001:db8::/65", "2001:db8::8000:0:0:1", false),
            ("::1/128", "::1", true),
            ("::1/128", "::", false),
        ])
    func containment(_ network: String, _ address: String, _ isInside: Bool) throws {
        #expect(try IPNetwork(network).contains(IPAddress(address)) == isInside)
    }

    @Test("contains a network that is as narrow or narrower")
    func subnetworks() throws {
        let network = try IPNetwork("10.0.0.0/8")
        #expect(try network.contains(IPNetwork("10.1.0.0/16")))
        #expect(network.contains(network))
        #expect(try !network.contains(IPNetwork("0.0.0.0/0")))
        #expect(try !network.contains(IPNetwork("11.0.0.0/16")))
    }

    @Test("RFC 5280 §4.2.1.10: eight or thirty-two octets with a contiguous mask")
    func octets() throws {
        #expect(try IPNetwork(bytes: [192, 0, 2, 0, 255, 255, 255, 0]).description == "192.0.2.0/24")
        #expect(try IPNetwork(bytes: [192, 0, 2, 7, 255, 255, 255, 0]).description == "192.0.2.0/24")
        #expect(try IPNetwork("192.0.2.0/24").bytes == [192, 0, 2, 0, 255, 255, 255, 0])
        for mask in [[255, 0, 255, 0], [0, 255, 255, 255], [255, 255, 255, 1], [254, 128, 0, 0]] as [[UInt8]] {
            let failure = #expect(throws: NameFailure.self) { try IPNetwork(bytes: [192, 0, 2, 0] + mask) }
            guard case .network(.brokenMask, _) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
        for count in 0...64 where count != 8 && count != 32 {
            let octets = [UInt8](repeating: 0xFF, count: count)
            let failure = #expect(throws: NameFailure.self) { try IPNetwork(bytes: octets) }
            guard case .network(.octets(count), _) = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    @Test("the network round an address has the bits behind the prefix cleared")
    func containing() throws {
        let address = try IPAddress("192.0.2.77")
        #expect(try IPNetwork(containing: address, prefixLength: 24).description == "192.0.2.0/24")
        #expect(try IPNetwork(containing: address, prefixLength: 0).description == "0.0.0.0/0")
        #expect(throws: NameFailure.network(.prefixLength(maximum: 32), in: "192.0.2.77/33")) {
            try IPNetwork(containing: address, prefixLength: 33)
        }
        #expect(throws: NameFailure.self) { try IPNetwork(containing: address, prefixLength: -1) }
    }
}
