import Foundation
import SymbolonAdministration
import Testing

/// The HTTP/2 library bounds frames by their rate: 200 of a kind in 30 s, 5 CONTINUATION and 1 empty DATA frame in a row; the
/// first stream error ends a connection. Our ledger bounds the requests that are under way, also those whose streams were reset.
@Suite("T34: floods of HTTP/2 frames end their own connection, and nobody else's")
struct FloodTests {
    struct Flood: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let frames: [HTTP2Frame]

        init(_ name: String, _ frames: [HTTP2Frame]) {
            testDescription = name
            self.frames = frames
        }
    }

    private static let tooMany = 0..<250

    /// Odd, and rising (RFC 9113 §5.1.1).
    private static func stream(_ number: Int) -> UInt32 { UInt32(2 * number + 1) }

    /// A request whose stream the client gives up at once.
    private static func reset(_ number: Int) -> [HTTP2Frame] {
        [.request(stream(number)), HTTP2Frame(kind: .reset, stream: stream(number), payload: [0, 0, 0, 8])]
    }

    /// A request in so many frames, its last with END_HEADERS.
    private static func request(_ stream: UInt32, continuations: Int) -> [HTTP2Frame] {
        let empty = HTTP2Frame(kind: .continuation, stream: stream)
        let last = HTTP2Frame(
            kind: .continuation, flags: HTTP2Frame.endHeaders, stream: stream, payload: HTTP2Frame.fields)
        return [HTTP2Frame(kind: .headers, flags: HTTP2Frame.endStream, stream: stream)]
            + [HTTP2Frame](repeating: empty, count: continuations - 1) + [last]
    }

    static let floods: [Flood] = [
        Flood("CVE-2023-44487: requests that are reset at once", tooMany.flatMap(reset)),
        // Each makes the server reset the stream: an increment of nothing (RFC 9113 §6.9).
        Flood(
            "CVE-2025-8671: requests that the server is made to reset",
            tooMany.flatMap { number -> [HTTP2Frame] in
                let open = HTTP2Frame(
                    kind: .headers, flags: HTTP2Frame.endHeaders, stream: stream(number), payload: HTTP2Frame.fields)
                return [open, HTTP2Frame(kind: .windowUpdate, stream: stream(number), payload: [0, 0, 0, 0])]
            }),
        Flood("CVE-2019-9512: pings", tooMany.map { .ping(UInt8($0)) }),
        Flood("CVE-2019-9515: settings", tooMany.map { _ in HTTP2Frame(kind: .settings) }),
        Flood(
            "CVE-2019-9513: priorities",
            tooMany.map { HTTP2Frame(kind: .priority, stream: stream($0), payload: [0, 0, 0, 0, 1]) }),
        Flood("CVE-2024-27316: a head that goes on and on", request(1, continuations: 50)),
        Flood(
            "CVE-2019-9518: data of nothing",
            [HTTP2Frame(kind: .headers, flags: HTTP2Frame.endHeaders, stream: 1, payload: HTTP2Frame.fields)]
                + tooMany.map { _ in HTTP2Frame(kind: .data, stream: 1) }),
    ]

    /// The marker stands behind the flood: whoever answers it has taken all of the flood.
    private static let marker: UInt8 = 0xAA

    @Test("refused, while another peer is served", arguments: floods)
    func flood(_ flood: Flood) async throws {
        let served = try await ServedAuthority.start()
        let honest = try await RawHTTP2.connect(to: served, as: served.person("alice", .viewer))
        let bad = try await RawHTTP2.connect(to: served)
        await bad.send(flood.frames + [.ping(Self.marker)])
        /// RFC 9113 §7: ENHANCE_YOUR_CALM.
        var code: UInt32?
        for await frame in bad.frames {
            let isMarker = frame.kind == .ping && frame.payload.first == Self.marker
            #expect(!isMarker, "all of it was taken")
            if isMarker { break }
            code = frame.goAwayCode ?? code
        }
        // Lost where frames were still on the way when the server hung up: then TCP throws away what it had said.
        #expect(code == nil || code == 0xb)
        await honest.send([.request(1)])
        #expect(await Self.isServed(honest, [1]))
    }

    @Test("a client that is busy, and gives some of its requests up, is served all the rest")
    func busy() async throws {
        let served = try await ServedAuthority.start()
        let client = try await RawHTTP2.connect(to: served, as: served.person("alice", .viewer))
        // Fewer at once than one peer may have under way.
        for round in 0..<6 {
            let first = round * 50
            let kept = first..<first + 40
            let split = Self.stream(first + 45)
            await client.send(kept.map { .request(Self.stream($0)) })
            await client.send([HTTP2Frame(kind: .settings)] + (round == 0 ? [.ping(0)] : []))
            await client.send((first + 40..<first + 45).flatMap(Self.reset))
            await client.send(Self.request(split, continuations: 5))
            #expect(await Self.isServed(client, Set(kept.map(Self.stream) + [split])))
        }
    }

    /// Each of these requests is answered with `:status 200`, which is one octet (RFC 7541 Appendix A, 8).
    private static func isServed(_ client: RawHTTP2, _ streams: Set<UInt32>) async -> Bool {
        var missing = streams
        for await frame in client.frames where frame.kind == .headers {
            if frame.payload.contains(0x88) { missing.remove(frame.stream) }
            if missing.isEmpty { break }
        }
        return missing.isEmpty
    }
}
