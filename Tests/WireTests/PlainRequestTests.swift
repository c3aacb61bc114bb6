import SymbolonWire
import Testing

@Suite("RFC 9112: a plain request in one packet is recognised, and nothing else is")
struct PlainRequestTests {
    private func read(_ text: String) -> PlainRequest? {
        PlainRequest(Array(text.utf8), count: text.utf8.count, mostFields: 8)
    }

    private static let post =
        "POST /ocsp/a HTTP/1.1\r\nHost: a\r\nContent-Type:application/ocsp-request \r\nContent-Length: 3\r\nConnection: Close\r\n\r\nabc"

    @Test("a POST with its body, and nothing else of the buffer")
    func post() throws {
        var octets = Array(Self.post.utf8)
        let count = octets.count
        octets += [UInt8](repeating: 0, count: 100)
        let request = try #require(PlainRequest(octets, count: count, mostFields: 8))
        #expect(request.method == .post && request.target == "/ocsp/a")
        #expect(request.contentType == "application/ocsp-request" && request.ifNoneMatch == nil)
        #expect(request.body == count - 3..<count)
    }

    @Test("a GET of HTTP/1.0, with no field at all, and HEAD; what a cache knows")
    func get() throws {
        let request = try #require(read("GET /crl/a HTTP/1.0\r\n\r\n"))
        #expect(request.method == .get && request.body.isEmpty)
        #expect(read("HEAD / HTTP/1.0\r\nIf-None-Match: \"1\", W/\"2\"\r\n\r\n")?.ifNoneMatch == "\"1\", W/\"2\"")
    }

    struct Spoiled: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let from: String
        let to: String

        init(_ name: String, _ from: String, _ to: String) { (testDescription, self.from, self.to) = (name, from, to) }
    }

    @Test(
        "one thing that is not plain, and it is not recognised",
        arguments: [
            ("another method", "POST", "PUT"), ("another version", "HTTP/1.1", "HTTP/1.2"),
            ("a whole address", "/ocsp", "http://a/ocsp"), ("a space before a colon", "Host:", "Host :"),
            ("a connection that is kept", "Connection: Close\r\n", ""), ("no host", "Host: a\r\n", ""),
            ("two hosts", "Host: a\r\n", "Host: a\r\nHost: b\r\n"),
            ("two lengths", "Content-Length: 3\r\n", "Content-Length: 3\r\nContent-Length: 3\r\n"),
            ("a signed length", "Length: 3", "Length: +3"), ("a list of lengths", "Length: 3", "Length: 3, 3"),
            ("no length", "Content-Length: 3\r\n", ""), ("a longer body", "abc", "abcd"),
            ("a shorter body", "abc", "ab"),
            ("a coding", "Host: a\r\n", "Host: a\r\nTransfer-Encoding: chunked\r\n"),
            ("an expectation", "Host: a\r\n", "Host: a\r\nExpect: 100-continue\r\n"),
            ("a folded field", "Host: a\r\n", "Host: a\r\n b\r\n"), ("a bare line feed", "Host: a\r\n", "Host: a\n"),
            ("a bare carriage return", "Host: a", "Host: a\rb"), ("a null", "Host: a", "Host: a\0"),
            ("an octet that is not ASCII", "Host: a", "Host: ä"), ("a body to a GET", "POST", "GET"),
            ("a line before it", "POST", "\r\nPOST"), ("a field without a name", "Host: a\r\n", "Host: a\r\n: b\r\n"),
            ("more options of the connection", "Close", "close, te"),
            ("a line that is no field", "\r\n\r\nabc", "\r\nn\r\n\r\nabc"),
            ("a space behind the version", "HTTP/1.1", "HTTP/1.1 "), ("a space more", " HTTP/1.1", "  HTTP/1.1"),
            ("many fields", "Host: a\r\n", "Host: a\r\n" + String(repeating: "A: b\r\n", count: 8)),
        ].map(Spoiled.init))
    func spoiled(_ given: Spoiled) throws {
        let text = Self.post.replacing(given.from, with: given.to, maxReplacements: 1)
        try #require(text != Self.post)
        #expect(read(text) == nil)
    }

    @Test("cut anywhere it is not recognised")
    func cut() {
        for count in 0..<Self.post.utf8.count {
            #expect(PlainRequest(Array(Self.post.utf8), count: count, mostFields: 8) == nil)
        }
    }
}
