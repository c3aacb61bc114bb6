import Testing

@testable import symbolon

@Suite("Addresses as operators write them")
struct HostAndPortTests {
    @Test(
        "an address is a host and a port",
        arguments: [
            ("localhost:8443", "localhost", 8443), ("192.0.2.1:0", "192.0.2.1", 0),
            ("[2001:db8::1]:65535", "2001:db8::1", 65535),
        ])
    func reading(_ text: String, _ host: String, _ port: Int) throws {
        let address = try HostAndPort(text)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.description == text)
    }

    @Test(
        "what is missing is said",
        arguments: [
            ("localhost", "it has no port; write HOST:PORT"),
            ("", "it has no port; write HOST:PORT"),
            (":8443", "it has no host; write 127.0.0.1:PORT for this machine only"),
            ("2001:db8::1:8443", "an IPv6 address is written [ADDRESS]:PORT"),
            ("[2001:db8::1]", "an IPv6 address is written [ADDRESS]:PORT"),
            ("[2001:db8::1", "an IPv6 address is written [ADDRESS]:PORT"),
            ("web:", "the port \"\" is not a number from 0 to 65535"),
            ("web:65536", "the port \"65536\" is not a number from 0 to 65535"),
            ("web:-1", "the port \"-1\" is not a number from 0 to 65535"),
            ("web:http", "the port \"http\" is not a number from 0 to 65535"),
            ("web:99999999999999999999", "the port \"99999999999999999999\" is not a number from 0 to 65535"),
        ])
    func refusal(_ text: String, _ reason: String) {
        #expect(throws: HostAndPort.Malformed(text: text, reason: reason)) { try HostAndPort(text) }
    }

    @Test("a sign is no digit of a port")
    func signed() {
        #expect(throws: HostAndPort.Malformed.self) { try HostAndPort("web:+80") }
    }

    @Test("the sentence shows control characters escaped")
    func escaped() {
        let malformed = HostAndPort.Malformed(text: "a\u{1B}[2J", reason: "why")
        #expect(malformed.description == "\"a\\u{1b}[2J\" is not an address: why")
    }
}
