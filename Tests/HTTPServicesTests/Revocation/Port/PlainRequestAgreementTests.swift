import Foundation
import NIOCore
import NIOEmbedded
import NIOHTTP1
import SymbolonTestSupport
import SymbolonWire
import Testing

@Suite("What is recognised as a plain request every parser reads alike")
struct PlainRequestAgreementTests {
    private static let seeds = [
        "POST /ocsp/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/ocsp-request\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
        "GET /crl/a%2F/b HTTP/1.0\r\nUser-Agent: curl/7.88\r\nIf-None-Match: \"1\"\r\n\r\n",
        "HEAD / HTTP/1.1\r\nConnection: close\r\nAccept: */*\r\nHost: [::1]:80\r\n\r\n",
    ]

    /// As NIO's decoder reads the same octets; nil when it makes no whole request of them, or more than one.
    private func decoded(_ octets: [UInt8]) throws -> (head: HTTPRequestHead, body: [UInt8])? {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        defer { _ = try? channel.finish() }
        do {
            try channel.writeInbound(ByteBuffer(bytes: octets))
        } catch {
            return nil
        }
        var head: HTTPRequestHead?
        var body: [UInt8] = []
        var ends = 0
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head(let found):
                guard head == nil else { return nil }
                head = found
            case .body(let some): body += Array(buffer: some)
            case .end: ends += 1
            }
        }
        guard let head, ends == 1 else { return nil }
        return (head, body)
    }

    /// RFC 9110 §5.5: white space behind a value is no part of it; the decoder leaves that to its user.
    private func values(of name: String, in head: HTTPRequestHead) -> [String] {
        head.headers[name].map { $0.trimmingCharacters(in: .whitespaces) }
    }

    @Test("of 10,000 requests with something changed, what is recognised is what NIO's decoder reads")
    func alike() throws {
        var random = SeededRandom(seed: 5)
        var recognised = 0
        for number in 0..<10_000 {
            var octets = Array(Self.seeds[number % Self.seeds.count].utf8)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<octets.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: octets[place] = UInt8.random(in: 0...255, using: &random)
                case 1: octets.remove(at: place)
                default: octets.insert(octets[Int.random(in: 0..<octets.count, using: &random)], at: place)
                }
            }
            guard let plain = PlainRequest(octets, count: octets.count, mostFields: 100) else { continue }
            recognised += 1
            guard let (head, body) = try decoded(octets) else {
                Issue.record("\(String(decoding: octets, as: UTF8.self))")
                continue
            }
            #expect(head.uri == plain.target && body == Array(octets[plain.body]))
            #expect(head.method.rawValue == "\(plain.method)".uppercased())
            #expect(!head.isKeepAlive || head.version != .http1_1)
            #expect(values(of: "content-type", in: head) == [plain.contentType].compactMap(\.self))
            #expect(values(of: "if-none-match", in: head) == [plain.ifNoneMatch].compactMap(\.self))
        }
        // The twin: enough of them are.
        #expect(recognised > 2_000)
    }
}
