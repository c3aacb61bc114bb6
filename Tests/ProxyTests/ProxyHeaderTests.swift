import NIOCore
import SymbolonCertificates
import SymbolonProxy
import SymbolonTestSupport
import SymbolonTransport
import SymbolonVerification
import Testing

@Suite("The PROXY protocol, version 2, §2.2: the backend hears who is there", .timeLimit(.minutes(5)))
struct ProxyHeaderTests {
    /// A header as a receiver reads it, and what came after it.
    private struct Header {
        let family: UInt8
        let addresses: [UInt8]
        let values: [UInt8: [UInt8]]
        let tls: [UInt8: [UInt8]]
        let rest: [UInt8]

        init(_ bytes: [UInt8]) throws {
            let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
            try #require(bytes.count >= 16 && Array(bytes[..<12]) == signature)
            // Version 2, the command PROXY.
            #expect(bytes[12] == 0x21)
            family = bytes[13]
            let end = 16 + Int(bytes[14]) << 8 + Int(bytes[15])
            try #require(bytes.count >= end)
            let size = [0x00: 0, 0x11: 12, 0x21: 36][family] ?? 0
            addresses = Array(bytes[16..<16 + size])
            values = try Self.values(bytes[(16 + size)..<end])
            let tls = try #require(values[0x20])
            // A certificate was shown on this connection and in this session, and was verified.
            #expect(Array(tls.prefix(5)) == [0x07, 0, 0, 0, 0])
            self.tls = try Self.values(tls.dropFirst(5))
            rest = Array(bytes[end...])
        }

        private static func values(_ bytes: ArraySlice<UInt8>) throws -> [UInt8: [UInt8]] {
            var (values, bytes): ([UInt8: [UInt8]], ArraySlice<UInt8>) = ([:], bytes)
            while !bytes.isEmpty {
                try #require(bytes.count >= 3)
                let head = Array(bytes.prefix(3))
                let length = Int(head[1]) << 8 + Int(head[2])
                bytes = bytes.dropFirst(3)
                try #require(bytes.count >= length && values[head[0]] == nil)
                values[head[0]] = Array(bytes.prefix(length))
                bytes = bytes.dropFirst(length)
            }
            return values
        }

        func text(_ kind: UInt8) -> String { String(decoding: values[kind] ?? [], as: UTF8.self) }
        func tlsText(_ kind: UInt8) -> String { String(decoding: tls[kind] ?? [], as: UTF8.self) }
    }

    /// What a backend gets of a client that says "hello".
    private func received(_ header: BackendHeader) async throws -> (Header?, [UInt8], Stage) {
        let stage = try Stage()
        let backend = try await Backend(.silent)
        let end = try await stage.protect(backend.endpoint) { $0.backendHeader = header }
        let peer = try await tlsClient(end.port, try stage.tls("alice"))
        peer.send("hello")
        let seen = await backend.peer().board.wait { $0.bytes.suffix(5).elementsEqual("hello".utf8) }.bytes
        peer.close()
        await end.stop(within: .zero)
        return (header == .none ? nil : try Header(seen), seen, stage)
    }

    @Test("addresses, what TLS agreed on, the certificate and the identity come before the first byte")
    func header() async throws {
        let (read, _, stage) = try await received(.proxyV2)
        let header = try #require(read)
        #expect(String(decoding: header.rest, as: UTF8.self) == "hello")
        #expect(header.family == 0x11)
        #expect(Array(header.addresses.prefix(8)) == [127, 0, 0, 1, 127, 0, 0, 1])
        let facts = try #require(await stage.log.accepted(1).first)
        let port = try #require(facts.address.split(separator: ":").last.flatMap { UInt16($0) })
        #expect(Array(header.addresses[8..<10]) == [UInt8(port >> 8), UInt8(truncatingIfNeeded: port)])
        #expect(header.text(0x05) == "web/\(facts.id)")
        #expect(header.text(0xE0) == "spiffe://example.internal/alice")
        #expect(header.tlsText(0x21) == "TLSv1.3")
        #expect(header.tlsText(0x23) == facts.session.cipher)
        #expect(header.tlsText(0x26) == "X25519MLKEM768")
        #expect(header.tls[0x28] == facts.peer.path.leaf.der)
        #expect(header.tlsText(0x22) == facts.peer.path.leaf.subject.texts(of: .commonName).last)
    }

    @Test("a backend that is not to be told gets the peer's bytes and nothing else")
    func none() async throws {
        #expect(try await received(.none).1 == Array("hello".utf8))
    }

    @Test("a peer that is refused is announced to nobody")
    func refused() async throws {
        let stage = try Stage()
        let backend = try await Backend()
        let end = try await stage.protect(backend.endpoint) { $0.backendHeader = .proxyV2 }
        let stranger = try await tlsClient(end.port, try stage.tls("mallory"))
        stranger.send("hello")
        _ = try #require(await stage.log.refusals(1).first)
        #expect(backend.bytes == 0 && backend.peers.value.isEmpty)
        await end.stop(within: .zero)
    }
}
