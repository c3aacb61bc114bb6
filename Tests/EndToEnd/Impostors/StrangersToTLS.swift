import Foundation
import SymbolonTestSupport
import Testing

extension EndToEnd.Impostors {
    @Suite("Peers that speak TLS wrongly, slowly or not at all")
    struct StrangersToTLS {
        @Test("TLS 1.2 without being asked for is refused, TLS 1.3 is served")
        func oldVersion() async throws {
            let gallery = try EndToEnd.Impostors.gallery
            try await gallery.refuses(
                "TLS 1.2 without being asked for", gallery.wardrobe.honest, ["-tls1_2"],
                reason: "protocolVersion", alert: .protocolVersion)
            try await gallery.serves(options: ["-tls1_3"])
        }

        @Test(
            "a client in plain text is refused, and named as one",
            arguments: [
                ("HTTP", "GET / HTTP/1.1\r\nHost: web\r\n\r\n", "plaintextHTTP"),
                ("SSH", "SSH-2.0-OpenSSH_9.2\r\n", "notTLS"),
            ])
        func plainText(_ protocolName: String, _ bytes: String, _ reason: String) async throws {
            let gallery = try EndToEnd.Impostors.gallery
            let (before, connections) = (gallery.protect.count, gallery.backend.connections)
            let socket = try await Socket.connect(gallery.port)
            try await socket.write(Array(bytes.utf8))
            try await gallery.refusal(of: "\(protocolName) without TLS", after: before, reason: reason)
            // At most a TLS alert: a record of seven bytes.
            #expect(try await socket.readToEnd().bytes.count <= 7)
            #expect(gallery.backend.connections == connections)
            try await gallery.serves()
        }

        @Test("T33: a silent client, and one that sends a byte now and then, are gone at the deadline")
        func slow() async throws {
            let gallery = try EndToEnd.Impostors.gallery
            let connections = gallery.backend.connections
            let before = gallery.protect.count
            let clock = ContinuousClock()
            let start = clock.now
            let (silent, dripping) = (try await Socket.connect(gallery.port), try await Socket.connect(gallery.port))
            async let silence = Self.untilClosed(silent, sending: [])
            // A record of 512 bytes with a ClientHello of which little ever comes (RFC 8446 §4, §5.1).
            let hello: [UInt8] = [22, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3] + [UInt8](repeating: 7, count: 300)
            async let drops = Self.untilClosed(dripping, sending: hello)
            #expect(try await silence == 0)
            #expect(try await (10...300).contains(drops))
            let elapsed = clock.now - start
            let deadline = Duration.seconds(Gallery.handshakeDeadline)
            #expect(elapsed > deadline - .milliseconds(200) && elapsed < deadline + .seconds(3), "\(elapsed)")

            for (who, address) in [("a silent client", silent.address), ("a byte now and then", dripping.address)] {
                try await gallery.refusal(of: who, after: before, from: address, reason: "handshakeTimedOut")
            }
            #expect(gallery.backend.connections == connections)
            try await gallery.serves()
        }

        /// Sends a byte each 50 ms until the other side hangs up. Returns how many were sent.
        private static func untilClosed(_ socket: Socket, sending bytes: [UInt8]) async throws -> Int {
            var pace = timeval(tv_sec: 0, tv_usec: 50_000)
            if !bytes.isEmpty {
                _ = unsafe setsockopt(
                    socket.descriptor, SOL_SOCKET, SO_RCVTIMEO, &pace, socklen_t(MemoryLayout<timeval>.size))
            }
            return try await Socket.waiting {
                var sent = 0
                while true {
                    do {
                        if try socket.readNow().isEmpty { return sent }
                    } catch let failure as Socket.Failure where failure.code == EAGAIN && sent < bytes.count {
                        try socket.writeNow([bytes[sent]])
                        sent += 1
                    } catch let failure as Socket.Failure where failure.code == ECONNRESET {
                        return sent
                    }
                }
            }
        }

        @Test("an honest client whose bytes come one at a time is served")
        func oneByteAtATime() async throws {
            let gallery = try EndToEnd.Impostors.gallery
            let line = try SlowLine(to: gallery.port)
            try await gallery.serves(at: line.port)
            // A ClientHello, a certificate chain and its proof, one byte in each segment.
            #expect(line.pieces > 1_000)
        }
    }
}
