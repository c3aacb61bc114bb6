import SymbolonNames
import Testing

@Suite("A refused name says what is wrong and shows no raw bytes")
struct NameFailureTests {
    static let failures: [NameFailure] = [
        failure { try DNSName("b\u{fc}cher.example") }, failure { try DNSName("a\u{1B}[2J.example") },
        failure { try IPAddress("fe80::1%eth0") }, failure { try IPNetwork("10.0.0.1/8") },
        failure { try Mailbox("\"a b\"@example.com") }, failure { try SPIFFEID("spiffe://example.org/a/../b") },
        failure { try URIName("https://user@example.com/") }, failure { try ReferenceName("example.com") },
    ].compactMap { $0 }

    static func failure(_ parse: () throws -> some Sendable) -> NameFailure? {
        do {
            _ = try parse()
            return nil
        } catch {
            return error as? NameFailure
        }
    }

    @Test("in one line of printable ASCII with its advice")
    func explanations() {
        #expect(
            Self.failures.map(\.explanation) == [
                "\"b\\u{fc}cher.example\" is not a DNS name: character 2 is not ASCII; write the A-label form, which begins with xn--",
                "\"a\\u{1b}[2J.example\" is not a DNS name: character 2 is the control character 27",
                "\"fe80::1%eth0\" is not an IP address: a zone (%) has no meaning outside one machine; write the address without it",
                "\"10.0.0.1/8\" is not an IP network: it has bits set behind the prefix; the network is 10.0.0.0/8",
                "\"\\\"a b\\\"@example.com\" is not a mailbox: a quoted local part has many spellings for one mailbox, so none is taken",
                "\"spiffe://example.org/a/../b\" is not a SPIFFE ID: the path segment at character 24 is \".\" or \"..\"",
                "\"https://user@example.com/\" is not a URI that names a peer: it has user information before its host",
                "\"example.com\" does not say what kind of name it is: write dns:NAME, ip:ADDRESS, mail:MAILBOX, "
                    + "spiffe://DOMAIN/PATH or uri:URI",
            ])
    }

    @Test("a long text is cut, a hidden character is spelled out")
    func shown() {
        let long = Self.failure { try DNSName(String(repeating: "a", count: 100_000)) }
        #expect(long?.text == String(repeating: "a", count: 120) + "…")
        #expect(Self.failure { try DNSName("a\u{202E}b\u{0}\\\"") }?.text == "a\\u{202e}b\\u{0}\\\\\\\"")
        #expect(Self.failure { try IPAddress(bytes: [0x00, 0xFF]) }?.text == "octets 00ff")
    }
}
