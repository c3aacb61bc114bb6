import NIOHTTP1
import SymbolonNames
import Testing

@testable import SymbolonProxy

@Suite("A request has one form, or is none")
struct CanonicalRequestTests {
    func canonical(
        _ target: String, method: HTTPMethod = .GET, fields: HTTPHeaders = ["Host": "web.example"],
        version: HTTPVersion = .http1_1
    ) throws(RequestFault) -> CanonicalRequest {
        try CanonicalRequest(
            HTTPRequestHead(version: version, method: method, uri: target, headers: fields))
    }

    @Test(
        "T16: what is decided is what the backend is asked for",
        arguments: [
            ("/", "/"), ("/a", "/a"), ("/a/", "/a/"), ("/%61", "/a"), ("/a%20b", "/a%20b"),
            ("/a?b=/../c", "/a?b=/../c"),
            ("/a%3Fb", "/a%3Fb"), ("/a?", "/a?"), ("/%e4%bd%a0", "/%E4%BD%A0"), ("/~a", "/~a"), ("/%7Ea", "/~a"),
            ("/a%2525", "/a%2525"), ("https://web.example/a", "/a"), ("HTTPS://WEB.example.", "/"), ("/a|b", "/a%7Cb"),
        ])
    func oneForm(_ target: String, _ form: String) throws {
        let request = try canonical(target)
        #expect(request.target == form)
        // Once more: what is canonical stays as it is.
        #expect(try canonical(request.target).path == request.path)
    }

    @Test(
        "T16: what can be read in two ways is nothing",
        arguments: [
            "/a/../b", "/a/./b", "/..", "/a//b", "//a", "/a/%2e%2e/b", "/a/%2E%2e", "/a%2Fb", "/a%2fb", "/a%5Cb",
            "/a\\b",
            "/a;b", "/a;jsessionid=1/b", "/a%3Bb", "/a#b", "/a?b#c", "/%c0%af", "/%c1%9c", "/%e0%80%af", "/%ff", "/%00",
            "/%0a", "/%", "/%4", "/%zz", "a", "*", "", "http://web.example/a", "https://other.example/a",
            "https://u@web.example/a", "https://web.example:/a", "/a?b\u{e4}", "/a b?c d",
        ])
    func twoForms(_ target: String) throws {
        // A space in a path is escaped; in a query it is none.
        #expect(throws: RequestFault.self) { try canonical(target) }
    }

    @Test("the host is named once, in its one form")
    func hosts() throws {
        #expect(try canonical("/", fields: ["Host": "WEB.Example.:8443"]).authority.description == "web.example:8443")
        #expect(try canonical("/", fields: ["Host": "[::1]:1"]).authority.host == "::1")
        for fields: HTTPHeaders in [[:], ["Host": "a.example", "host": "a.example"]] {
            #expect(throws: RequestFault.self) { try canonical("/", fields: fields) }
        }
        for host in ["", "a b", "a@b", "a:0", "a:65536", "a:", "a,b", "[::1", "::1", "a/b", "a\u{e4}.example"] {
            #expect(throws: RequestFault.self, "\(host)") { try canonical("/", fields: ["Host": host]) }
        }
    }

    @Test("T15: the length of content is said once")
    func framing() throws {
        #expect(try canonical("/", method: .POST, fields: ["Host": "a", "Content-Length": "5"]).framing == .length(5))
        #expect(
            try canonical("/", method: .POST, fields: ["Host": "a", "Transfer-Encoding": "Chunked"]).framing == .chunked
        )
        let wrong: [[(String, String)]] = [
            [("Content-Length", "5"), ("Transfer-Encoding", "chunked")],
            [("Content-Length", "5"), ("Content-Length", "5")],
            [("Content-Length", "+5")], [("Content-Length", "5, 5")], [("Content-Length", "0x5")],
            [("Content-Length", "")],
            [("Content-Length", "99999999999999999999")], [("Transfer-Encoding", "xchunked")],
            [("Transfer-Encoding", "gzip, chunked")],
            [("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")],
            [("Transfer-Encoding", "identity")],
        ]
        for fields in wrong {
            #expect(throws: RequestFault.self) {
                try canonical("/", method: .POST, fields: HTTPHeaders([("Host", "a")] + fields))
            }
        }
        #expect(throws: RequestFault.self) {
            try canonical("/", method: .POST, fields: ["Host": "a", "Transfer-Encoding": "chunked"], version: .http1_0)
        }
    }

    @Test("T15: a field's name is a token, and its value has no control character")
    func fields() throws {
        for (name, value) in [
            ("a b", "x"), ("a:", "x"), ("", "x"), ("ä", "x"), ("x", "a\u{0}"), ("x", "a\rb"), ("x", "a\nb"),
            ("x", "\u{7F}"),
        ] {
            #expect(throws: RequestFault.self, "\(name): \(value)") {
                try canonical("/", fields: HTTPHeaders([("Host", "a"), (name, value)]))
            }
        }
        _ = try canonical("/", fields: HTTPHeaders([("Host", "a"), ("x", "a\tb ü")]))
    }

    @Test(
        "RFC 6455 §4.1: WebSocket is asked for by GET, without content, in those two fields; all else is an ordinary request"
    )
    func upgrades() throws {
        let asked = [("Host", "a"), ("Connection", "keep-alive, Upgrade"), ("Upgrade", "WebSocket")]
        func isUpgrade(
            _ fields: [(String, String)], _ method: HTTPMethod = .GET, _ version: HTTPVersion = .http1_1
        ) throws -> Bool {
            try canonical("/", method: method, fields: HTTPHeaders(fields), version: version).isUpgrade
        }
        #expect(try isUpgrade(asked))
        #expect(try !isUpgrade(asked, .POST))
        #expect(try !isUpgrade(asked, .GET, .http1_0))
        #expect(try !isUpgrade(asked + [("Content-Length", "5")]))
        #expect(try !isUpgrade(asked + [("Transfer-Encoding", "chunked")]))
        #expect(try !isUpgrade(asked + [("Upgrade", "h2c")]))
        #expect(try !isUpgrade([asked[0], asked[1], ("Upgrade", "h2c")]))
        #expect(try !isUpgrade([asked[0], asked[2]]))
    }

    @Test("methods that give back what was added, or make tunnels, or have two spellings, are refused")
    func methods() throws {
        #expect(throws: RequestFault.methodNotAllowed) { try canonical("/", method: .TRACE) }
        #expect(throws: RequestFault.methodNotAllowed) { try canonical("/", method: .CONNECT) }
        #expect(throws: RequestFault.self) { try canonical("/", method: .RAW(value: "get")) }
        #expect(try canonical("/", method: .RAW(value: "REPORT")).method.rawValue == "REPORT")
    }

    @Test(
        "T13: whatever a gateway may read as a managed field is one",
        arguments: [
            "Client-Cert", "client_cert", "CLIENT-CERT", "Client.Cert", "Client_Cert-Chain", "x-forwarded-for",
            "X_Forwarded_Client_Cert",
            "X-SSL-Client-Verify", "X_Ssl_Cert", "SSL-Client-Cert", "Forwarded", "X-Original-URL",
            "X-HTTP-Method-Override",
            "Proxy", "Remote_User", "Symbolon-Identity", "x-client-cert", "Via", "Client~Cert",
        ])
    func managed(_ name: String) {
        #expect(FieldName.isManaged(name))
    }

    @Test(
        "fields of applications are not managed",
        arguments: ["Accept", "Cookie", "Authorization", "X-Request-ID", "Client-Name", "X-Client", "SSL"])
    func notManaged(_ name: String) {
        #expect(!FieldName.isManaged(name))
    }

    @Test("T05: a connection is for the host that it was made for")
    func servedHosts() throws {
        func serves(_ host: String, _ serverName: String?, _ configured: Set<String> = []) throws -> Bool {
            let hosts = ServedHosts(
                serverName: serverName, configured: configured,
                names: [.dns(try DNSPattern("a.example")), .dns(try DNSPattern("b.example"))],
                address: try IPAddress("192.0.2.1"))
            return hosts.include(try #require(RequestAuthority(host)))
        }
        #expect(try serves("a.example", "a.example") && serves("A.example.:1", "a.example"))
        #expect(try !serves("b.example", "a.example") && !serves("192.0.2.1", "a.example"))
        #expect(try serves("b.example", nil) && serves("192.0.2.1:7443", nil) && serves("b.example", "other.example"))
        #expect(try !serves("other.example", "other.example") && !serves("c.example", nil) && !serves("192.0.2.2", nil))
        #expect(try serves("c.example", "c.example", ["c.example"]) && !serves("a.example", "a.example", ["c.example"]))
        #expect(try !serves("d.example", "c.example", ["c.example", "d.example"]))
    }
}
