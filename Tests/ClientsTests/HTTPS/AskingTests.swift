import Foundation
import NIOCore
import SymbolonClients
import SymbolonNames
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Testing

@Suite("An answer is whole, from a server that proved itself, or it is a failure with a name")
struct AskingTests {
    // MARK: Honest

    @Test("an answer with a length, in chunks, or until the end is whole; its fields are found in any case")
    func honest() async throws {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
        let server = try await ScriptedServer.start { count, _ in
            switch count {
            case 0: .answer(ok("abcde"))
            case 1: .answer(chunked)
            default: .answerAndClose("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcde")
            }
        }
        let client = try Asker().client(to: server.address)
        let first = try await client.send(HTTPSRequest(.get, "/a?b=c"))
        #expect(first.status == 200)
        #expect(first.field("x-kind") == "a")
        #expect(first.fields("X-KIND") == ["a", "b"])
        #expect(first.body == Array("abcde".utf8))
        #expect(try await client.send(HTTPSRequest(.get, "/")).body == first.body)
        #expect(try await client.send(HTTPSRequest(.get, "/")).body == first.body)
        #expect(try await server.seen.connections == 1)
        let head = try await server.seen.requests[0]
        #expect(head.hasPrefix("GET /a?b=c HTTP/1.1\r\n"))
        #expect(head.contains("host: \(server.address)\r\n"))
        #expect(!head.lowercased().contains("content-length"))
    }

    @Test("a status that says no is an answer; a POST says how much it sends, also nothing; HEAD has no body")
    func statuses() async throws {
        let server = try await ScriptedServer.start { count, _ in
            count == 2
                ? .answer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
                : .answer("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
        }
        let client = try Asker().client(to: server.address)
        let refused = try await client.send(HTTPSRequest(.post, "/", body: Array("hello".utf8)))
        #expect(refused.status == 403)
        #expect(refused.body == Array("no".utf8))
        _ = try await client.send(HTTPSRequest(.post, "/"))
        #expect(try await client.send(HTTPSRequest(.head, "/")).body == [])
        #expect(try await server.seen.requests[0].hasSuffix("content-length: 5\r\n\r\nhello"))
        #expect(try await server.seen.requests[1].contains("content-length: 0\r\n"))
        #expect(try await server.seen.connections == 1)
    }

    @Test("twenty at once go one after the other over one connection")
    func many() async throws {
        let server = try await ScriptedServer.start { _, request in
            .answer(ok(String(request.prefix { $0 != "\r\n" })))
        }
        let client = try Asker().client(to: server.address)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let answer = try await client.send(HTTPSRequest(.get, "/\(number)"))
                    #expect(answer.body == Array("GET /\(number) HTTP/1.1".utf8))
                }
            }
            try await group.waitForAll()
        }
        #expect(try await server.seen.connections == 1)
    }

    @Test("both ends share keying material, and the server may speak another protocol by ALPN")
    func session() async throws {
        let server = try await ScriptedServer.start(alpn: ["symbolon-pairing/1"]) { _, _ in .answer(ok("")) }
        var asker = Asker()
        asker.alpn = "symbolon-pairing/1"
        let client = try asker.client(to: server.address)
        #expect(try await client.session().alpn == "symbolon-pairing/1")
        #expect(try await client.session().verified as? VerifiedPeer != nil)
        let label = "EXPORTER-Channel-Binding"
        let one = try await client.exporter(label: label, length: 32)
        #expect(try await client.exporter(label: label, length: 32) == one)
        await client.close()
        #expect(try await client.exporter(label: label, length: 32) != one)
        await #expect(throws: HTTPSFailure.self) { try await Asker().client(to: server.address).session() }
    }

    // MARK: The server's proof

    @Test("a server with another name, authority or time gets no octet of the request")
    func impostors() async throws {
        let server = try await ScriptedServer.start { _, _ in .answer(ok("")) }
        var stranger = TestPKI.goodChain()
        stranger.root.key = TestKeys.key("stranger")
        stranger.root.subject = TestPKI.name("Stranger")
        var asker = Asker()
        asker.names = ["ip:127.0.0.1", "dns:other.example.internal"]
        try await expectRefusal(asker, server) { if case .nameMismatch = $0 { true } else { false } }
        asker = Asker()
        asker.anchor = stranger
        try await expectRefusal(asker, server) { if case .issuerUnknown = $0 { true } else { false } }
        asker = Asker()
        asker.now = noon + 365 * .day
        try await expectRefusal(asker, server) { if case .expired = $0 { true } else { false } }
        #expect(try await server.seen.octets == 0)
        // The honest twin.
        #expect(try await Asker().client(to: server.address).send(HTTPSRequest(.get, "/")).status == 200)
    }

    private func expectRefusal(
        _ asker: Asker, _ server: ScriptedServer, _ isExpected: (VerificationFailure) -> Bool
    ) async throws {
        let client = try asker.client(to: server.address)
        let failure = await #expect(throws: HTTPSFailure.self) {
            try await client.send(HTTPSRequest(.post, "/", body: Array("secret".utf8)))
        }
        guard case .serverNotProved(let refusal) = failure else { return #expect(failure == nil) }
        #expect(isExpected(refusal.failure), "\(refusal)")
        #expect(failure?.isBeforeSending == true)
    }

    @Test("a server that shows a certificate where the handshake was to prove it is refused")
    func certificateInsteadOfCode() async throws {
        let server = try await ScriptedServer.start { _, _ in .answer(ok("")) }
        var settings = TLSSettings()
        settings.alpn = ["http/1.1"]
        let context = try TLSContext(
            side: .client, identity: TestPKI.goodChain().identity, settings: settings)
        let client = HTTPSClient(to: server.address, proving: HTTPSProof(context: context, serverName: nil))
        await #expect(throws: HTTPSFailure.certificateInsteadOfCode) {
            try await client.send(HTTPSRequest(.get, "/"))
        }
        #expect(try await server.seen.octets == 0)
    }

    @Test("a server that wants a certificate says so, and is understood")
    func certificateRequired() async throws {
        let server = try await ScriptedServer.start { _, _ in .answer(ok("")) }
        var asker = Asker()
        asker.isKnown = false
        let client = try asker.client(to: server.address)
        await #expect(throws: HTTPSFailure.tls(.peerAlert(.certificateRequired))) {
            try await client.send(HTTPSRequest(.get, "/"))
        }
    }

    // MARK: Limits

    @Test("an answer that is too large, announced or not, is given up; one octet less is not")
    func tooLarge() async throws {
        let body = String(repeating: "x", count: 1001)
        let server = try await ScriptedServer.start { count, _ in
            switch count {
            case 0: .answer(ok(String(body.dropLast())))
            case 1: .answer(ok(body))
            default: .answer("HTTP/1.1 200 OK\r\n\r\n" + body)
            }
        }
        var asker = Asker()
        asker.limits.bodyOctets = 1000
        let client = try asker.client(to: server.address)
        #expect(try await client.send(HTTPSRequest(.get, "/")).body.count == 1000)
        for _ in 1...2 {
            await #expect(throws: HTTPSFailure.bodyTooLarge(limit: 1000)) {
                try await client.send(HTTPSRequest(.get, "/"))
            }
        }
    }

    @Test("a header that is too large is given up; a large one is not")
    func headTooLarge() async throws {
        let server = try await ScriptedServer.start { count, _ in
            let field = "X-Filler: " + String(repeating: "x", count: count == 0 ? 3000 : 5000)
            return .answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\(field)\r\n\r\n")
        }
        var asker = Asker()
        asker.limits.headOctets = 4096
        let client = try asker.client(to: server.address)
        #expect(try await client.send(HTTPSRequest(.get, "/")).status == 200)
        await #expect(throws: HTTPSFailure.headTooLarge(limit: 4096)) { try await client.send(HTTPSRequest(.get, "/")) }
    }

    @Test("a server that says nothing, stops in the middle, or drips is given up")
    func slow() async throws {
        let part = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nabc"
        let server = try await ScriptedServer.start { count, _ in
            switch count {
            case 0: .silence
            case 1: .answer(part)
            default: .drip(String(repeating: "x", count: 900), after: part, every: 50)
            }
        }
        var asker = Asker()
        asker.limits.silence = .milliseconds(500)
        let client = try asker.client(to: server.address)
        for _ in 1...2 {
            await #expect(throws: HTTPSFailure.silent(.milliseconds(500))) {
                try await client.send(HTTPSRequest(.get, "/"))
            }
        }
        asker = Asker()
        asker.limits.whole = .milliseconds(1500)
        let other = try asker.client(to: server.address)
        await #expect(throws: HTTPSFailure.slow(.milliseconds(1500))) { try await other.send(HTTPSRequest(.get, "/")) }
    }

    // MARK: Broken answers

    @Test("an answer that is cut is no answer: shorter than announced, or without the end that TLS asks for")
    func truncated() async throws {
        let short = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"
        let open = "HTTP/1.1 200 OK\r\n\r\nabc"
        for step in [ScriptedServer.Step.answerAndClose(short), .answerAndCut(short), .answerAndCut(open)] {
            let server = try await ScriptedServer.start { _, _ in step }
            let client = try Asker().client(to: server.address)
            await #expect(throws: HTTPSFailure.cutOff(afterFirstOctet: true)) {
                try await client.send(HTTPSRequest(.get, "/"))
            }
        }
        // The honest twin of the last: with close_notify, the end is the end.
        let server = try await ScriptedServer.start { _, _ in .answerAndClose(open) }
        #expect(
            try await Asker().client(to: server.address).send(HTTPSRequest(.get, "/")).body == Array("abc".utf8))
    }

    @Test("what is not HTTP is not read, nor an answer that nobody asked for")
    func malformed() async throws {
        let server = try await ScriptedServer.start { count, _ in
            count == 1 ? .answer("SSH-2.0-OpenSSH_9.9\r\n") : .answer(ok("a") + (count == 0 ? ok("b") : ""))
        }
        let client = try Asker().client(to: server.address)
        #expect(try await client.send(HTTPSRequest(.get, "/")).body == Array("a".utf8))
        let failure = await #expect(throws: HTTPSFailure.self) { try await client.send(HTTPSRequest(.get, "/")) }
        guard case .malformed = failure else { return #expect(failure == nil) }
        #expect(try await client.send(HTTPSRequest(.get, "/")).body == Array("a".utf8))
    }

    @Test("a connection that was kept and is closed now: what may be asked twice is, a POST is not")
    func keptAndClosed() async throws {
        let server = try await ScriptedServer.start { _, request in
            request.hasPrefix("GET /last") ? .answerAndClose("") : .answer(ok(""))
        }
        let client = try Asker().client(to: server.address)
        _ = try await client.send(HTTPSRequest(.get, "/"))
        await #expect(throws: HTTPSFailure.cutOff(afterFirstOctet: false)) {
            try await client.send(HTTPSRequest(.get, "/last"))
        }
        #expect(try await server.seen.requests.count == 3)
        let once = try await ScriptedServer.start { count, _ in count == 1 ? .answerAndClose("") : .answer(ok("")) }
        let other = try Asker().client(to: once.address)
        _ = try await other.send(HTTPSRequest(.get, "/"))
        await #expect(throws: HTTPSFailure.cutOff(afterFirstOctet: false)) {
            try await other.send(HTTPSRequest(.post, "/"))
        }
        #expect(try await once.seen.requests.count == 2)
        #expect(try await other.send(HTTPSRequest(.post, "/")).status == 200)
    }

    @Test("E20: where a handshake is a guess that counts, a connection that ended is not made again, for any request")
    func connectsOnce() async throws {
        for isOnce in [true, false] {
            // The answer of the first request ends the connection.
            let server = try await ScriptedServer.start { count, _ in
                count == 0 ? .answerAndClose(ok("")) : .answer(ok(""))
            }
            var asker = Asker()
            asker.connectsOnce = isOnce
            let client = try asker.client(to: server.address)
            #expect(try await client.send(HTTPSRequest(.get, "/")).status == 200)
            await client.close()
            if isOnce {
                await #expect(throws: HTTPSFailure.cutOff(afterFirstOctet: false)) {
                    try await client.send(HTTPSRequest(.get, "/"))
                }
                await #expect(throws: HTTPSFailure.cutOff(afterFirstOctet: false)) { try await client.session() }
            } else {
                #expect(try await client.send(HTTPSRequest(.get, "/")).status == 200)
            }
            #expect(try await server.seen.connections == (isOnce ? 1 : 2))
        }
    }

    // MARK: Nobody there

    @Test("nobody listens, the name has no address, or what listens speaks no TLS")
    func nobody() async throws {
        let gone = ServerAddress(host: "127.0.0.1", port: try ClosedPort.make())
        let request = HTTPSRequest(.get, "/")
        await #expect(throws: HTTPSFailure.unreachable("Connection refused")) {
            try await Asker().client(to: gone).send(request)
        }
        let unknown = ServerAddress(host: "no-such-host.invalid", port: 8443)
        await #expect(throws: HTTPSFailure.unknownHost("no-such-host.invalid")) {
            try await Asker().client(to: unknown).send(request)
        }
        let plain = try ListeningSocket()
        plain.start { socket in
            _ = try? socket.readNow()
            try? socket.writeNow(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
        }
        let failure = await #expect(throws: HTTPSFailure.self) {
            try await Asker().client(to: ServerAddress(host: "127.0.0.1", port: plain.port)).send(request)
        }
        guard case .tls = failure else { return #expect(failure == nil) }
    }

    @Test("what would end a line of the request is not sent")
    func smuggling() async throws {
        let server = try await ScriptedServer.start { _, _ in .answer(ok("")) }
        let client = try Asker().client(to: server.address)
        let fields = [
            HTTPSField("a", "b\r\nc: d"), HTTPSField("a b", "c"), HTTPSField("", "c"), HTTPSField("a", "\u{0}"),
            HTTPSField("a:b", "c"),
        ]
        let requests =
            fields.map { HTTPSRequest(.get, "/", fields: [$0]) }
            + ["", "a", "/ HTTP/1.1\r\nX: y", "/a b", "/ä"].map { HTTPSRequest(.get, $0) }
        for request in requests {
            let failure = await #expect(throws: HTTPSFailure.self) { try await client.send(request) }
            guard case .request = failure else { return #expect(failure == nil) }
        }
        #expect(try await client.send(HTTPSRequest(.get, "/", fields: [HTTPSField("a", "b c")])).status == 200)
        #expect(try await server.seen.requests.count == 1)
    }

    @Test("whoever gives up hears no more, and the next is served")
    func cancelled() async throws {
        let server = try await ScriptedServer.start { count, _ in count == 0 ? .silence : .answer(ok("")) }
        var asker = Asker()
        asker.limits.silence = .seconds(30)
        asker.limits.whole = .seconds(30)
        let client = try asker.client(to: server.address)
        let asking = Task { try await client.send(HTTPSRequest(.get, "/")) }
        while try await server.seen.requests.isEmpty { await Task.yield() }
        asking.cancel()
        await #expect(throws: HTTPSFailure.cancelled) { try await asking.value }
        #expect(try await client.send(HTTPSRequest(.get, "/")).status == 200)
    }
}
