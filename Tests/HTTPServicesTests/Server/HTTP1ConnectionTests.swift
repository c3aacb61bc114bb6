import Foundation
import NIOCore
import SymbolonClients
import SymbolonTestSupport
import Testing

@testable import SymbolonHTTPServices

@Suite("RFC 9112: HTTP/1.1 on the authority's port")
struct HTTP1ConnectionTests {
    private static func request(_ path: String, _ more: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(more)\r\n"
    }

    /// The status lines of the answers, in the order in which they came.
    private static func statuses(_ text: String) -> [String] {
        text.components(separatedBy: "HTTP/1.1 ").dropFirst().map { String($0.prefix(3)) }
    }

    @Test("§9.3.2: requests that come together are answered in their order, and after the last the connection ends")
    func pipelined() async throws {
        let served = try await ServedAuthority.start()
        let raw = try await RawTLS.connect(to: served)
        try await raw.send(
            Self.request("/health") + Self.request("/nothing") + "POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 3"
                + "\r\n\r\nabc" + Self.request("/health", "Connection: close\r\n") + Self.request("/nothing"))
        #expect(Self.statuses(await raw.ended()) == ["200", "404", "404", "200"])
    }

    @Test("a head and a body that come in pieces are one request")
    func pieces() async throws {
        let served = try await ServedAuthority.start()
        let raw = try await RawTLS.connect(to: served)
        for piece in ["GET /hea", "lth HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n", "\r\nab", "cd"] {
            try await raw.send(piece)
        }
        try await raw.send(Self.request("/health", "Connection: close\r\n"))
        #expect(Self.statuses(await raw.ended()) == ["200", "200"])
    }

    @Test("what is no HTTP is told so after the answers that are due, and the connection ends")
    func broken() async throws {
        let served = try await ServedAuthority.start()
        let alone = try await RawTLS.connect(to: served)
        try await alone.send("BREW\u{1} coffee\r\n\r\n")
        #expect(Self.statuses(await alone.ended()) == ["400"])
        let behind = try await RawTLS.connect(to: served)
        try await behind.send(Self.request("/health") + "BREW\u{1} coffee\r\n\r\n")
        #expect(Self.statuses(await behind.ended()) == ["200", "400"])
    }

    @Test("what comes behind a body that is too long is answered by nobody")
    func tooLong() async throws {
        var limits = ServerLimits()
        limits.bodyBytes = 100
        let served = try await ServedAuthority.start(limits: limits)
        let raw = try await RawTLS.connect(to: served)
        let body = String(repeating: "x", count: 101)
        try await raw.send(
            "POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n" + body + Self.request("/health"))
        #expect(Self.statuses(await raw.ended()) == ["413"])
        #expect(served.observer.limits == ["body"])
    }
}
