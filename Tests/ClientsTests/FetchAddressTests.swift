import SymbolonClients
import Testing

@Suite("RFC 9110 §4.2: an address to fetch from")
struct FetchAddressTests {
    @Test(
        "scheme, host, port and path are read",
        arguments: [
            ("http://lists.example/a.crl", false, "lists.example", 80, "/a.crl"),
            ("https://lists.example:8443/a?b=c", true, "lists.example", 8443, "/a?b=c"),
            ("HTTP://127.0.0.1:81", false, "127.0.0.1", 81, "/"),
            ("http://lists.example?x", false, "lists.example", 80, "/?x"),
            ("https://[::1]/l", true, "::1", 443, "/l"),
            ("http://[::1]:9/l", false, "::1", 9, "/l"),
        ])
    func parts(_ text: String, _ isSecure: Bool, _ host: String, _ port: Int, _ target: String) throws {
        let address = try FetchAddress(text)
        #expect(address.isSecure == isSecure)
        #expect(address.host == host)
        #expect(address.port == port)
        #expect(address.target == target)
        #expect(address.description == text)
    }

    @Test(
        "R14: what is no address to fetch from is refused",
        arguments: [
            ("file:///etc/passwd", FetchAddressFault.scheme), ("ldap://lists.example/", .scheme),
            ("lists.example/a", .scheme), ("http:///a", .host), ("http://a:b:c/", .host), ("http://[::1/", .host),
            ("http://[::1]x/", .host), ("http://h:0/", .port), ("http://h:65536/", .port), ("http://h:/", .port),
            ("http://user@h/", .credentials), ("http://user:word@h/", .credentials), ("http://h/#a", .fragment),
            ("http://h/a b", .character), ("http://h/\r\nX: y", .character), ("http://ü/", .character),
        ])
    func faults(_ text: String, _ fault: FetchAddressFault) {
        #expect(throws: fault) { try FetchAddress(text) }
        #expect(!fault.explanation.isEmpty)
    }

    @Test("a place is an address when it has a scheme, else a file")
    func places() throws {
        #expect(try RevocationPlace("lists/a.crl") == .file("lists/a.crl"))
        #expect(try RevocationPlace("http://h/a") == .address(FetchAddress("http://h/a")))
        #expect(throws: FetchAddressFault.scheme) { try RevocationPlace("ftp://h/a") }
    }
}
