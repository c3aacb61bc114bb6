import Foundation
import NIOCore
import SymbolonCertificates
import SymbolonNames
import SymbolonProxy
import SymbolonTestSupport
import Testing

@Suite("A connection to the backend serves one peer's connection", .timeLimit(.minutes(5)))
struct BackendConnectionTests {
    @Test("T31: 200 clients, 10,000 interleaved requests, random aborts: nobody is taken for another")
    func neverShared() async throws {
        // They all come at once, from one address.
        var limits = EndLimits()
        limits.handshakesPerAddress = limits.handshakes
        let http = try await HTTPStage(limits: limits) { $0.limits.requestsPerPeer = 10_000 }
        let names = (0..<8).map { "peer-\($0)" }
        try http.end.replace(try http.stage.serviceTrust(allow: names))
        let wrong = try await withThrowingTaskGroup(of: [String].self) { tasks in
            for number in 0..<200 {
                let name = names[number % names.count]
                tasks.addTask { try await Self.ask(http, as: name, seed: UInt64(number)) }
            }
            return try await tasks.reduce([], +)
        }
        #expect(
            wrong.isEmpty, "\(wrong.count), the first \(wrong.prefix(3)); refused: \(http.stage.log.refusals.prefix(3))"
        )
        // Each request names who asked, in its target: the backend was told the same of every one.
        let got = http.origin.got.value
        #expect(got.count > 8_000)
        #expect(
            got.allSatisfy { request in
                let name = String(request.target.dropFirst().prefix { $0 != "/" })
                return request.values("client-cert").map(Self.identity) == ["spiffe://example.internal/\(name)"]
            })
        // And no connection of the backend has ever served two peers.
        let byConnection = Dictionary(grouping: got, by: \.connection)
        #expect(byConnection.values.allSatisfy { Set($0.flatMap { $0.values("client-cert") }).count == 1 })
        try await http.stop()
    }

    /// Fifty requests, of which one in fifty is broken off. Returns the answers that were another's, or none.
    private static func ask(_ http: HTTPStage, as name: String, seed: UInt64) async throws -> [String] {
        var random = SeededRandom(seed: seed)
        var client = try await http.client(name)
        var wrong: [String] = []
        for number in 0..<50 {
            client.send("GET /\(name)/\(number) HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
            if random.next() % 50 == 0 {
                client.cut(reset: true)
                client = try await http.client(name)
                continue
            }
            // The answer ends in a space, behind a certificate of some 700 octets.
            let seen = await client.board.wait { $0.isClosed || ($0.bytes.last == 0x20 && $0.bytes.count > 700) }
            client.board.update { $0.bytes = [] }
            let words =
                String(decoding: seen.bytes, as: UTF8.self).split(separator: "\r\n").last?.split(separator: " ") ?? []
            let isOwn = words.count == 3 && words[1] == "/\(name)/\(number)"
            if !isOwn || Self.identity(String(words[2])) != "spiffe://example.internal/\(name)" {
                wrong.append(String(decoding: seen.bytes.prefix(200), as: UTF8.self))
            }
        }
        client.close()
        return wrong
    }

    /// Whom a certificate in a field is for.
    private static func identity(_ field: String) -> String {
        guard let der = Data(base64Encoded: String(field.dropFirst().dropLast())),
            let leaf = try? Certificate(der: Array(der)), let name = leaf.extensions.subjectAlternativeNames?.first
        else { return "nobody" }
        return (try? name.subjectName())?.description ?? "nobody"
    }

    @Test("a kept connection that the backend has closed is not taken for the answer: the request goes out once more")
    func closedMeanwhile() async throws {
        let http = try await HTTPStage()
        let client = try await http.client()
        for path in ["/a", "/closes", "/b"] {
            client.send("GET \(path) HTTP/1.1\r\nHost: \(HTTPStage.host)\r\n\r\n")
            _ = await http.origin.got.wait { $0.contains { $0.target == path } }
        }
        let got = await http.origin.got(3)
        #expect(got[0].connection == got[1].connection && got[2].connection != got[1].connection)
        client.close()
        try await http.stop()
    }
}
