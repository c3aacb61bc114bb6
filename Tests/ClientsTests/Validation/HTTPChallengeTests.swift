import Foundation
import NIOCore
import SymbolonClients
import SymbolonEnrollment
import SymbolonNames
import SymbolonTestSupport
import Synchronization
import Testing

@Suite("RFC 8555 §8.3: http-01 finds the key authorization, and nothing leads it astray")
struct HTTPChallenge {
    /// Answers each request by its first line and Host.
    private final class WebServer: Sendable {
        let listener: ListeningSocket
        private let asked = Mutex<[String]>([])

        var port: Int { listener.port }
        /// The first lines, and the hosts they were for.
        var requests: [String] { asked.withLock { $0 } }

        init(_ answer: @escaping @Sendable (_ path: String, _ port: Int, Socket) -> Void) throws {
            listener = try ListeningSocket()
            let port = listener.port
            listener.start { [weak self] socket in
                var request = ""
                while !request.hasSuffix("\r\n\r\n"), let more = try? socket.readNow(), !more.isEmpty {
                    request += String(decoding: more, as: UTF8.self)
                }
                let words = request.split(separator: " ")
                guard words.count > 1 else { return }
                self?.asked.withLock { $0.append(String(words[1])) }
                answer(String(words[1]), port, socket)
                socket.endOutput()
            }
        }
    }

    private static func page(_ body: String, _ status: String = "200 OK", _ fields: String = "") -> [UInt8] {
        Array("HTTP/1.1 \(status)\r\n\(fields)Content-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    }

    private static func moved(_ location: String) -> [UInt8] { page("", "302 Found", "Location: \(location)\r\n") }

    /// Serves the right file, and what the test puts beside it.
    private func server(_ others: [String: [UInt8]] = [:]) throws -> WebServer {
        try WebServer { path, _, socket in
            let right = path == Applicant.file ? Self.page(Applicant.keyAuthorization) : Self.page("", "404 Not Found")
            try? socket.writeNow(others[path] ?? right)
        }
    }

    private func validator(
        _ names: NameServerStub, port: Int, https: Int = 443,
        permitting networks: [String] = ["127.0.0.0/8", "::1/128"], within response: TimeAmount = .seconds(60)
    ) throws -> Stage {
        var settings = ValidationSettings()
        settings.networks = PermittedNetworks(try networks.map { try IPNetwork($0) })
        settings.httpPort = port
        settings.httpsPort = https
        settings.response = response
        let server = NameServer(try IPAddress("127.0.0.1"), port: names.port)
        return Stage(
            validator: ChallengeValidator(settings, resolver: Resolver(servers: [server])), names: names)
    }

    private func names(_ address: UInt8...) throws -> NameServerStub {
        try NameServerStub([.init(name: "web.test.internal", type: 1): [address]])
    }

    /// A validator, and the name server that it asks, which lives as long.
    private struct Stage {
        let validator: ChallengeValidator
        let names: NameServerStub
    }

    private func outcome(_ stage: Stage, _ name: String = "web.test.internal") async throws
        -> Applicant.Outcome
    {
        defer { withExtendedLifetime(stage.names) {} }
        return try await Applicant.outcome(stage.validator, .http01, name)
    }

    @Test("the file with the key authorization is enough, with white space at its end or without")
    func honest() async throws {
        for end in ["", "\n", "\r\n", " \t\r\n"] {
            let web = try server([Applicant.file: Self.page(Applicant.keyAuthorization + end)])
            let outcome = try await outcome(try validator(try names(127, 0, 0, 1), port: web.port))
            #expect(outcome == .valid("127.0.0.1:\(web.port)"))
            #expect(web.requests == [Applicant.file])
        }
    }

    @Test("RFC 8738 §3: an address is asked itself")
    func address() async throws {
        let web = try server()
        let outcome = try await outcome(try validator(try names(), port: web.port), "127.0.0.1")
        #expect(outcome == .valid("127.0.0.1:\(web.port)"))
    }

    @Test(
        "another file, an empty one, one with more around it, or none is no answer",
        arguments: [
            ("", "200 OK"), ("x", "200 OK"), (" " + Applicant.keyAuthorization, "200 OK"),
            (Applicant.keyAuthorization + "x", "200 OK"), (Applicant.keyAuthorization.uppercased(), "200 OK"),
            (Applicant.token, "200 OK"), (Applicant.keyAuthorization, "404 Not Found"),
            (Applicant.keyAuthorization, "201 Created"), (Applicant.keyAuthorization, "500 Broken"),
        ])
    func wrong(body: String, status: String) async throws {
        let web = try server([Applicant.file: Self.page(body, status)])
        let outcome = try await outcome(try validator(try names(127, 0, 0, 1), port: web.port))
        #expect(outcome.isInvalid(.incorrectResponse, status.hasPrefix("200") ? "not the key" : "status"))
    }

    @Test("both kinds of address are tried: where nobody listens at the first, the second is asked")
    func families() async throws {
        let web = try server()
        let both = try NameServerStub([
            .init(name: "web.test.internal", type: 1): [[127, 0, 0, 1]],
            .init(name: "web.test.internal", type: 28): [[UInt8](repeating: 0, count: 15) + [1]],
        ])
        #expect(try await outcome(try validator(both, port: web.port)) == .valid("127.0.0.1:\(web.port)"))
    }

    @Test("redirects within http's port, absolute or relative, are followed, ten of them and no more")
    func redirects() async throws {
        let web = try WebServer { path, port, socket in
            let count =
                path == Applicant.file ? 0 : Int(path.split(separator: "/").last?.prefix { $0 != "?" } ?? "") ?? -1
            let start = path.hasPrefix("/over") ? 0 : 1
            switch count {
            case 0: try? socket.writeNow(Self.moved("http://web.test.internal:\(port)/hop/\(start)"))
            case 1...8: try? socket.writeNow(Self.moved("\(count + 1)?x=y"))
            case 9: try? socket.writeNow(Self.moved("//web.test.internal:\(port)/hop/10"))
            default: try? socket.writeNow(Self.page(Applicant.keyAuthorization))
            }
        }
        let names = try names(127, 0, 0, 1)
        #expect(try await outcome(try validator(names, port: web.port)).isValid)
        #expect(web.requests.count == 11)

        let circle = try WebServer { _, _, socket in try? socket.writeNow(Self.moved(Applicant.file)) }
        let outcome = try await outcome(try validator(names, port: circle.port))
        #expect(outcome.isInvalid(.connection, "more than 10 redirects"))
        #expect(circle.requests.count == 11)
    }

    // MARK: E06

    @Test(
        "E06: a name that leads to this machine, its link or its cloud is not connected to",
        arguments: [
            [127, 0, 0, 1], [169, 254, 169, 254], [0, 0, 0, 0], [224, 0, 0, 1], [255, 255, 255, 255],
            [168, 63, 129, 16], [100, 100, 100, 200],
        ] as [[UInt8]])
    func special(address: [UInt8]) async throws {
        let web = try server()
        let names = try NameServerStub([.init(name: "web.test.internal", type: 1): [address]])
        for networks in [[], ["0.0.0.0/0", "::/0"], ["10.0.0.0/8"]] {
            let outcome = try await outcome(try validator(names, port: web.port, permitting: networks))
            #expect(outcome.isInvalid(.connection, "not in a network"))
        }
        #expect(web.listener.accepted == 0)
    }

    @Test(
        "E06: IPv4 in IPv6 clothes is IPv4, and IPv6 has such places too",
        arguments: [
            "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "::1", "::", "fe80::1", "fd00:ec2::254",
            "ff02::1", "::127.0.0.1", "2002:7f00:1::",
        ])
    func clothed(address: String) async throws {
        let web = try server()
        let octets = try IPAddress(address).bytes
        let names = try NameServerStub([.init(name: "web.test.internal", type: 28): [octets]])
        let outcome = try await outcome(try validator(names, port: web.port, permitting: []))
        #expect(outcome.isInvalid(.connection, "not in a network"))
        #expect(
            try await self.outcome(try validator(names, port: web.port, permitting: []), address).isInvalid(
                .connection, "not in a network"))
        #expect(web.listener.accepted == 0)
    }

    @Test("E06: what the operator lists is connected to, mapped or not")
    func listed() async throws {
        let web = try server()
        let mapped = try NameServerStub([
            .init(name: "web.test.internal", type: 28): [try IPAddress("::ffff:127.0.0.1").bytes]
        ])
        #expect(try await outcome(try validator(mapped, port: web.port, permitting: ["127.0.0.1/32"])).isValid)
        let outcome = try await outcome(try validator(mapped, port: web.port, permitting: ["127.0.0.2/32"]))
        #expect(outcome.isInvalid(.connection, "127.0.0.1 is not in a network"))
    }

    @Test(
        "E06: a redirect to another port, another scheme or another network is not followed",
        arguments: [
            ("http://web.test.internal:22/", "leads to port 22"), ("http://web.test.internal/", "leads to port 80"),
            ("https://web.test.internal:8443/", "leads to port 8443"), ("file:///etc/passwd", "http:// or https://"),
            ("gopher://web.test.internal/", "http:// or https://"), ("http://user@web.test.internal/", "user name"),
            ("http://127.0.0.9:PORT/", "not in a network"), ("http://inner.test.internal:PORT/", "not in a network"),
            ("http://[::1]:PORT/", "not in a network"), ("http://0x7f000001:PORT/", ""),
            ("http://2130706433:PORT/", ""), ("javascript:alert(1)", "http:// or https://"),
        ])
    func astray(location: String, words: String) async throws {
        let web = try WebServer { _, port, socket in
            try? socket.writeNow(Self.moved(location.replacingOccurrences(of: "PORT", with: "\(port)")))
        }
        let names = try NameServerStub([
            .init(name: "web.test.internal", type: 1): [[127, 0, 0, 1]],
            .init(name: "inner.test.internal", type: 1): [[127, 0, 0, 9]],
        ])
        let outcome = try await outcome(try validator(names, port: web.port, permitting: ["127.0.0.1/32"]))
        #expect(!outcome.isValid)
        #expect(words.isEmpty || outcome.isInvalid(.connection, words))
        #expect(web.requests == [Applicant.file])
    }

    @Test("E06: a name is looked up once for a connection, and anew, and judged anew, for a redirect")
    func rebinding() async throws {
        let web = try server()
        let rebinding = try NameServerStub { _, type, before in
            type == 1 ? .records([before == 0 ? .v4(127, 0, 0, 1) : .v4(127, 0, 0, 9)]) : .records([])
        }
        #expect(try await outcome(try validator(rebinding, port: web.port, permitting: ["127.0.0.1/32"])).isValid)
        #expect(rebinding.count("web.test.internal", 1) == 1)

        let moving = try WebServer { _, port, socket in
            try? socket.writeNow(Self.moved("http://web.test.internal:\(port)/again"))
        }
        let again = try NameServerStub { _, type, before in
            type == 1 ? .records([before == 0 ? .v4(127, 0, 0, 1) : .v4(127, 0, 0, 9)]) : .records([])
        }
        let outcome = try await outcome(try validator(again, port: moving.port, permitting: ["127.0.0.1/32"]))
        #expect(outcome.isInvalid(.connection, "127.0.0.9 is not in a network"))
    }

    @Test("E06: silence, drops, an endless head and an endless body come to an end")
    func endless() async throws {
        let names = try names(127, 0, 0, 1)
        let silent = try WebServer { _, _, socket in _ = try? socket.readNow() }
        #expect(
            try await outcome(try validator(names, port: silent.port, within: .milliseconds(800)))
                .isInvalid(.connection, "800 ms"))

        let dripping = try WebServer { _, _, socket in
            try? socket.writeNow(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
            while (try? socket.writeNow([0x20])) != nil { usleep(50_000) }
        }
        #expect(
            try await outcome(try validator(names, port: dripping.port, within: .milliseconds(800)))
                .isInvalid(.connection, "800 ms"))

        let body = try WebServer { _, _, socket in
            try? socket.writeNow(Array("HTTP/1.1 200 OK\r\n\r\n".utf8))
            while (try? socket.writeNow([UInt8](repeating: 0x20, count: 4096))) != nil {}
        }
        #expect(try await outcome(try validator(names, port: body.port)).isInvalid(.incorrectResponse, "larger"))

        let head = try WebServer { _, _, socket in
            try? socket.writeNow(Array("HTTP/1.1 200 OK\r\nX: ".utf8))
            while (try? socket.writeNow([UInt8](repeating: 0x78, count: 4096))) != nil {}
        }
        #expect(!(try await outcome(try validator(names, port: head.port)).isValid))
    }

    @Test("a name without an address, and name servers that fail, are told apart from a wrong answer")
    func unresolved() async throws {
        let none = try NameServerStub([:])
        #expect(try await outcome(try validator(none, port: 1)).isInvalid(.dns, "has no address"))
        let failing = try NameServerStub { _, _, _ in .code(2) }
        #expect(try await outcome(try validator(failing, port: 1)).isInvalid(.dns, "gives no answer"))
    }
}
