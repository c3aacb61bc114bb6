import Foundation
import NIOCore
import SymbolonAuthority
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Synchronization
import Testing

@testable import SymbolonHTTPServices

@Suite("Connections of the public port: wrong, slow and many clients")
struct PublicConnectionTests {
    /// Of a question about nobody: what is asked of the store, and what is not.
    private struct Requests {
        let kept: String
        let asked: String

        init(_ house: PublicHouse) async throws {
            let issued = try await house.authority.issue(
                IssuanceRequest(
                    profile: .client, name: "laptop", names: [], publicKey: SigningKey.make(.p256).publicKey,
                    actor: "test"))
            let question = try #require(
                StatusQuestion(about: issued.serialNumber, from: house.authority.issuing, nonce: nil))
            _ = try await house.responder.replyAskingStore(to: question.der)
            let place = ResponderPath.path(of: house.authority.key)
            kept = "GET \(place)/\(Data(question.der).base64EncodedString().replacing("/", with: "%2F"))"
            _ = try await house.publisher.publishWhatIsDue()
            asked = "GET \(house.path(.whole))"
        }
    }

    private static let field = " HTTP/1.1\r\nHost: a\r\n"

    private func status(_ answer: [UInt8]) -> [String] {
        String(decoding: answer, as: UTF8.self).matches(of: /HTTP\/1\.1 ([0-9]{3})/).map { String($0.1) }
    }

    /// All that is answered to these octets, until the server ends the connection.
    private func said(_ text: String, _ house: PublicHouse, ending: Bool = false) async throws -> [UInt8] {
        let socket = try await Socket.connect(house.port)
        try await socket.write(Array(text.utf8))
        if ending { socket.endOutput() }
        return try await socket.readToEnd().bytes
    }

    @Test("requests that are sent together are answered in their order, also where the store is asked first")
    func pipelined() async throws {
        let house = try await PublicHouse()
        let requests = try await Requests(house)
        let all = [requests.asked, requests.kept, requests.asked, "GET /", requests.kept]
        let text = all.map { $0 + Self.field + "\r\n" }.joined() + requests.asked + Self.field
        let answer = try await said(text + "Connection: close\r\n\r\n" + requests.kept + Self.field + "\r\n", house)
        #expect(status(answer) == ["200", "200", "200", "404", "200", "200"])
        let types = String(decoding: answer, as: UTF8.self).matches(of: /content-type: application\/([a-z-]+)/)
        #expect(
            types.map { String($0.1) } == [
                "pkix-crl", "ocsp-response", "pkix-crl", "ocsp-response", "pkix-crl",
            ])
    }

    @Test("who sends no more is answered, and the connection ends", arguments: [false, true])
    func halfClosed(_ isAsked: Bool) async throws {
        let house = try await PublicHouse()
        let requests = try await Requests(house)
        let answer = try await said(
            (isAsked ? requests.asked : requests.kept) + Self.field + "\r\n", house, ending: true)
        #expect(status(answer) == ["200"])
    }

    @Test("HTTP/1.0 is answered, and the connection ends")
    func old() async throws {
        let house = try await PublicHouse()
        let answer = try await said(try await Requests(house).kept + " HTTP/1.0\r\n\r\n", house)
        #expect(status(answer) == ["200"])
        #expect(String(decoding: answer, as: UTF8.self).contains("connection: close\r\n"))
    }

    struct NotHTTP: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let text: String

        init(_ name: String, _ text: String) { (testDescription, self.text) = (name, text) }
    }

    @Test(
        "what is no HTTP is told so, and the connection ends",
        arguments: [
            ("TLS", "\u{16}\u{3}\u{1}\u{2}\0\u{1}\0"),
            ("a length that is none", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"),
            ("two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
            ("a long field", "GET / HTTP/1.1\r\nA: " + String(repeating: "x", count: 20_000) + "\r\n\r\n"),
            ("many fields", "GET / HTTP/1.1\r\n" + String(repeating: "A: b\r\n", count: 200) + "\r\n"),
        ].map(NotHTTP.init))
    func wrong(_ given: NotHTTP) async throws {
        let text = given.text
        let house = try await PublicHouse()
        let requests = try await Requests(house)
        // Its end comes by itself: nothing behind it is read.
        let answer = try await said(text + requests.kept + Self.field + "\r\n", house, ending: true)
        #expect(status(answer) == ["400"])
        // The twin.
        #expect(status(try await said(requests.kept + Self.field + "Connection: close\r\n\r\n", house)) == ["200"])
    }

    enum Slow: String, CaseIterable, Sendable { case nothing, head, body, afterAnswer }

    @Test("who is too slow loses the connection; an honest one is served meanwhile", arguments: Slow.allCases)
    func slow(_ kind: Slow) async throws {
        var limits = ServerLimits()
        switch kind {
        case .nothing, .afterAnswer: limits.idle = .milliseconds(600)
        case .head: limits.headDeadline = .milliseconds(600)
        case .body: limits.bodyDeadline = .milliseconds(600)
        }
        let house = try await PublicHouse(limits: limits)
        let requests = try await Requests(house)
        let slow = try await Socket.connect(house.port)
        switch kind {
        case .nothing: break
        case .head: try await slow.write(Array("GET / HTTP/1.1\r\nHost".utf8))
        case .body: try await slow.write(Array("POST /\(Self.field)Content-Length: 10\r\n\r\nabc".utf8))
        case .afterAnswer: try await slow.write(Array((requests.kept + Self.field + "\r\n").utf8))
        }
        #expect(status(try await said(requests.kept + Self.field + "Connection: close\r\n\r\n", house)) == ["200"])
        // It ends by itself.
        #expect(status(try await slow.readToEnd().bytes) == (kind == .afterAnswer ? ["200"] : []))
    }

    @Test("of one address no more connections are taken than the limit; another address is served")
    func manyOfOneAddress() async throws {
        var limits = ServerLimits()
        limits.connectionsPerAddress = 2
        let house = try await PublicHouse(limits: limits)
        let requests = try await Requests(house)
        let last = Array((requests.kept + Self.field + "Connection: close\r\n\r\n").utf8)
        let first = try await Socket.connect(house.port)
        try await first.write(Array((requests.kept + Self.field + "\r\n").utf8))
        _ = try await first.read(12)
        let second = try await Socket.connect(house.port)
        try await second.write(Array((requests.kept + Self.field + "\r\n").utf8))
        _ = try await second.read(12)
        let third = try await Socket.connect(house.port)
        await third.offer(last)
        #expect(status(try await third.readToEnd().bytes) == [])
        let other = try await Socket.connect(house.port, from: 2)
        try await other.write(last)
        #expect(status(try await other.readToEnd().bytes) == ["200"])
        // The twin: there is room again when one has ended.
        try await first.write(last)
        #expect(status(try await first.readToEnd().bytes).last == "200")
        let fourth = try await Socket.connect(house.port)
        try await fourth.write(last)
        #expect(status(try await fourth.readToEnd().bytes) == ["200"])
    }

    @Test("beyond all that there may be, a connection waits until another one ends, and is served then")
    func manyInAll() async throws {
        var limits = ServerLimits()
        limits.connections = 4
        let house = try await PublicHouse(limits: limits)
        let requests = try await Requests(house)
        let question = Array((requests.kept + Self.field + "\r\n").utf8)
        var served: [Socket] = []
        for _ in 0..<4 {
            let socket = try await Socket.connect(house.port)
            try await socket.write(question)
            _ = try await socket.read(12)
            served.append(socket)
        }
        let waiting = try await Socket.connect(house.port)
        try await waiting.write(question)
        let isServed = Mutex(false)
        let answer = Task {
            let answer = try await waiting.read(12)
            isServed.withLock { $0 = true }
            return answer
        }
        // Those that are in are served over and over, and it is not.
        for _ in 0..<20 {
            try await served[0].write(question)
            _ = try await served[0].read(200)
        }
        #expect(!isServed.withLock { $0 })
        served.removeLast()
        #expect(status(try await answer.value) == ["200"])
    }

    @Test("when the port goes away, what is under way is answered, and idle connections end")
    func ended() async throws {
        let house = try await PublicHouse()
        let requests = try await Requests(house)
        let idle = try await Socket.connect(house.port)
        try await idle.write(Array((requests.kept + Self.field + "\r\n").utf8))
        _ = try await idle.read(12)
        house.stop()
        #expect(try await !idle.readToEnd().isReset)
        await #expect(throws: (any Error).self) {
            while true { _ = try await Socket.connect(house.port) }
        }
    }
}
