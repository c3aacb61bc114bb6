import Foundation
import NIOCore
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import Testing

@Suite("A verdict is of one request of one peer", .timeLimit(.minutes(5)))
struct RequestVerdictTests {
    @Test("Z08: the same path for another peer, method, host or kind of content is judged anew, whoever asked before")
    func neverShared() async throws {
        let rules = try Policy {
            allow("alice reads") {
                peer(in: "spiffe://example.internal/alice")
                request(.get, "/entries")
            }
            allow("bob writes") {
                peer(in: "spiffe://example.internal/bob")
                request(.post, "/entries")
            }
        }
        let http = try await HTTPStage(rules)
        let get = "GET /entries HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n"
        let post = "POST /entries HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n"
        let asked: [(text: String, alice: String, bob: String)] = [
            (get + "\r\n", "200", "403"),
            (post + "Content-Length: 2\r\n\r\nab", "403", "200"),
            (get + "\r\n", "200", "403"),
            (post + "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "403", "200"),
            (post + "Content-Length: 0\r\n\r\n", "403", "200"),
            (get + "Content-Length: 2\r\n\r\nab", "200", "403"),
            (get.replacingOccurrences(of: HTTPStage.host, with: "other.example.internal") + "\r\n", "421", "421"),
            (get + "\r\n", "200", "403"),
        ]
        // On connections of their own, and again one after the other on the same.
        for _ in 0..<2 {
            for one in asked {
                let text = one.text.replacingOccurrences(of: "\r\nHost", with: "\r\nConnection: close\r\nHost")
                #expect(try await http.answer(text, as: "alice").status == one.alice, "\(text)")
                #expect(try await http.answer(text, as: "bob").status == one.bob, "\(text)")
            }
        }
        for (name, expected) in [("alice", asked.map(\.alice)), ("bob", asked.map(\.bob))] {
            let client = try await http.client(name)
            // Refused before its content, a request ends the connection; so those alone that have none.
            let plain = asked.indices.filter {
                asked[$0].text.hasSuffix("\r\n\r\n") && !asked[$0].text.contains("chunked")
            }
            for index in plain { client.send(asked[index].text) }
            client.send(last("GET /none"))
            let text = String(decoding: await client.inputEnded().bytes, as: UTF8.self)
            let statuses = text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
            #expect(statuses == plain.map { expected[$0] } + ["403"])
            client.close()
        }
        #expect(http.origin.got.value.allSatisfy { $0.target == "/entries" })
        try await http.stop()
    }

    @Test("a rule about requests that asks how many connections a peer has knows it, and knows when there are fewer")
    func counted() async throws {
        let rules = try Policy {
            deny("exports are for those who do little else") {
                request(.get, "/export")
                unless { connections(below: 2) }
            }
            allow("all") { peer(in: "spiffe://example.internal/*") }
        }
        let http = try await HTTPStage(rules)
        #expect(try await http.answer(last("GET /export")).status == "200")
        let (other, bob) = (try await http.client(), try await http.client("bob"))
        for client in [other, bob] {
            client.send("GET /a HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
            _ = await client.board.wait { !$0.bytes.isEmpty }
        }
        // Its own connection is the second.
        let third = try await http.client()
        third.send("GET /a HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
        _ = await third.board.wait { !$0.bytes.isEmpty }
        #expect(try await http.answer(last("GET /export")).status == "403")
        #expect(try await http.answer(last("GET /a")).status == "200")
        #expect(try await http.answer(last("GET /export"), as: "bob").status == "200")
        for client in [other, third] { client.close() }
        _ = await http.stage.log.wait { (events: [EndEvent]) in
            events.count { if case .closed = $0 { true } else { false } } >= 6
        }
        #expect(try await http.answer(last("GET /export")).status == "200")
        bob.close()
        try await http.stop()
    }

    @Test(
        "a client that agreed on nothing speaks HTTP/2 if it begins so, and HTTP/1.1 if not", arguments: [1, 7, 1_000])
    func preface(_ step: Int) async throws {
        let http = try await HTTPStage()
        let client = try await http.client(alpn: [])
        // HEADERS of GET / with that host, by the static table (RFC 7541 Appendix A).
        let block = [0x82, 0x87, 0x84, 0x41, UInt8(HTTPStage.host.utf8.count)] + Array(HTTPStage.host.utf8)
        let frames: [UInt8] =
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
            + [0, 0, UInt8(block.count), 1, 5, 0, 0, 0, 1] + block
        for start in stride(from: 0, to: frames.count, by: step) {
            client.send(Array(frames[start..<min(start + step, frames.count)]))
        }
        let got = try #require(await http.origin.got(1).first)
        #expect(got.values("via") == ["2 symbolon"] && got.target == "/")
        let other = try await http.client(alpn: [])
        for octet in Array(last("PUT /a", "Content-Length: 0").utf8) { other.send([octet]) }
        #expect(String(decoding: await other.inputEnded().bytes, as: UTF8.self).status == "200")
        #expect(http.origin.got.value.last?.values("via") == ["1.1 symbolon"])
        client.close()
        try await http.stop()
    }

    @Test("one that has said nothing is not told that its request is late")
    func silent() async throws {
        let http = try await HTTPStage {
            $0.limits.headTimeout = .milliseconds(300)
            $0.limits.idleTimeout = .seconds(2)
        }
        let client = try await http.client()
        #expect(await client.inputEnded().bytes.isEmpty)
        client.close()
        try await http.stop()
        let patient = try await HTTPStage { $0.limits.headTimeout = .milliseconds(300) }
        let late = try await patient.client()
        late.send("GET / HTTP/1.1\r\n")
        #expect(String(decoding: await late.inputEnded().bytes, as: UTF8.self).status == "408")
        late.close()
        try await patient.stop()
    }

    @Test("one that begins and says no more is not waited for")
    func unfinishedPreface() async throws {
        let http = try await HTTPStage { $0.limits.headTimeout = .milliseconds(300) }
        let client = try await http.client(alpn: [])
        client.send("PRI * HT")
        _ = await client.inputEnded()
        #expect(http.origin.got.value.isEmpty)
        client.close()
        try await http.stop()
    }

    @Test("a gRPC call that this end answers itself gets a status; other requests get a problem document")
    func status() async throws {
        let http = try await HTTPStage(try HTTPRequestTests.rules()) { $0.limits.bodyBytes = 3 }
        let client = try await HTTP2Client.connect(http)
        let types = [("application/grpc", true), ("application/grpc+proto", true), ("application/grpc-web", false)]
        for (type, isCall) in types {
            let answer = await (try await client.stream("POST", "/none", [("content-type", type)])).answer()
            #expect(answer.status == (isCall ? "200" : "403"), "\(type)")
            #expect(answer.trailers.contains("grpc-status: 7") == isCall, "\(type): \(answer)")
            #expect(answer.content.isEmpty == isCall)
        }
        let message = await (try await client.stream("POST", "/none", [("content-type", "application/grpc")])).answer()
        #expect(
            message.trailers.contains { $0.contains("no rule allows this to you now; ask whoever runs this service") })
        #expect(message.trailers.contains { $0.contains("and name protect/web/") })
        let get = await (try await client.stream("GET", "/none", [("content-type", "application/grpc")])).answer()
        #expect(get.status == "403" && get.content.contains("and name protect"))
        let large = try await client.stream("POST", "/inbox", [("content-type", "application/grpc")], ends: false)
        large.send("four", ends: true)
        #expect(await large.answer().trailers.contains("grpc-status: 8"))
        // RFC 9113 §8.1: an answer without content is one block.
        let head = await (try await client.stream("HEAD", "/none")).answer()
        #expect(head.status == "403" && head.isEnded && head.trailers.isEmpty)
        #expect(http.stage.log.requests.filter { $0.reason == "policy" }.allSatisfy { $0.status == 403 })
        client.close()
        try await http.stop()
    }
}
