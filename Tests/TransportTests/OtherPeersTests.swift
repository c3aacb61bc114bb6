import Foundation
import NIOCore
import Synchronization
import Testing

@testable import SymbolonTransport

@Suite("Other implementations at the far end", .serialized, .timeLimit(.minutes(5)))
struct OtherPeersTests {
    private static let openssl = "/usr/bin/openssl"

    private static func clientArguments(port: Int, _ more: [String] = []) -> [String] {
        ["s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", TestIdentity.authority.certificateFile, "-tls1_3"]
            + more
    }

    private static var proof: [String] {
        ["-cert", TestIdentity.client.certificateFile, "-key", TestIdentity.client.keyFile]
    }

    @Test("openssl s_client proves itself, is answered, and updates keys both ways")
    func sClient() async throws {
        let server = try await LoopbackServer.start(TestContext.server(), halfClosure: false, echoes: true)
        let peer = try Conversation(
            Self.openssl, Self.clientArguments(port: server.port, Self.proof + ["-servername", "server.test"]))
        let accepted = await server.next()
        let facts = try await accepted.watch.proved.get()
        #expect(facts.serverName == "server.test")
        #expect(facts.group == "X25519")
        #expect(await peer.wait(for: "Verify return code").contains("Verify return code: 0 (ok)"))
        try peer.say("before\n")
        _ = await peer.wait(for: "before")
        // K: a key update that asks for ours in return; k: one that does not. Each has to be a line read by itself.
        for (command, echo) in [("K", "after"), ("k", "again")] {
            try peer.say("\(command)\n")
            #expect(await peer.wait(for: "KEYUPDATE").contains("KEYUPDATE"))
            try peer.say("\(echo)\n")
            _ = await peer.wait(for: echo)
        }
        #expect(try await accepted.watch.bytes(19).get() == Array("before\nafter\nagain\n".utf8))
        try peer.say("Q\n")
        #expect(try await !peer.finish().contains("New Session Ticket arrived"))
        #expect(try await accepted.watch.ended.get() == nil)
        try await server.stop()
    }

    @Test("s_client that updates its keys 33 times without a byte of data is cut off")
    func keyUpdateFlood() async throws {
        let server = try await LoopbackServer.start(TestContext.server(), halfClosure: false)
        let peer = try Conversation(Self.openssl, Self.clientArguments(port: server.port, Self.proof))
        let accepted = await server.next()
        _ = try await accepted.watch.proved.get()
        for _ in 1...33 {
            try peer.say("k\n")
            _ = await peer.wait(for: "KEYUPDATE")
        }
        #expect(try await accepted.watch.ended.get() == "keyUpdateFlood")
        _ = try await peer.finish()
        try await server.stop()
    }

    @Test("T24: s_client without a certificate is told certificate_required")
    func sClientWithout() async throws {
        let server = try await LoopbackServer.start(TestContext.server())
        let peer = try Conversation(Self.openssl, Self.clientArguments(port: server.port))
        let accepted = await server.next()
        #expect(try await accepted.watch.ended.get() == "noCertificate")
        let said = try await peer.finish()
        #expect(said.contains("alert certificate required"))
        try await server.stop()
    }

    @Test("s_client hears why its certificate is refused")
    func sClientRefused() async throws {
        let server = try await LoopbackServer.start(
            TestContext.server(), verify: { _ in .refused(.certificateRevoked) })
        let peer = try Conversation(Self.openssl, Self.clientArguments(port: server.port, Self.proof))
        let accepted = await server.next()
        _ = try await accepted.watch.ended.get()
        #expect(try await peer.finish().contains("alert certificate revoked"))
        try await server.stop()
    }

    @Test("s_client and curl that do not trust our authority say so, and are understood", arguments: [false, true])
    func untrusted(isCurl: Bool) async throws {
        let server = try await LoopbackServer.start(TestContext.server())
        let peer =
            if isCurl {
                try Conversation(
                    "/usr/bin/curl",
                    [
                        "-sS", "--resolve", "server.test:\(server.port):127.0.0.1",
                        "https://server.test:\(server.port)/",
                    ])
            } else {
                try Conversation(
                    Self.openssl,
                    [
                        "s_client", "-connect", "127.0.0.1:\(server.port)", "-no-CAfile", "-no-CApath",
                        "-verify_return_error",
                        "-tls1_3",
                    ] + Self.proof)
            }
        let failure = try await server.next().watch.ended.get()
        #expect(failure == "\(TLSFailure.peerAlert(.unknownCA))")
        _ = try await peer.finish()
        try await server.stop()
    }

    @Test(
        "T07: s_client with no name, and with a strange one, is told unrecognized_name",
        arguments: [
            ["-noservername"], ["-servername", "other.test"], ["-servername", "127.0.0.1"],
        ])
    func sClientNames(arguments: [String]) async throws {
        let server = try await LoopbackServer.start(TestContext.server(names: ["server.test"]))
        let peer = try Conversation(Self.openssl, Self.clientArguments(port: server.port, Self.proof + arguments))
        let accepted = await server.next()
        #expect(try await accepted.watch.ended.get()?.hasPrefix("serverNameRefused") == true)
        #expect(try await peer.finish().contains("unrecognized name"))
        try await server.stop()
    }

    @Test(
        "T28: s_client, which has no hybrid key exchange, is told handshake_failure where one is demanded; ours agrees")
    func sClientClassical() async throws {
        var settings = TLSSettings()
        settings.keyExchange = .hybrid
        let server = try await LoopbackServer.start(TestContext.server(settings))
        let peer = try Conversation(Self.openssl, Self.clientArguments(port: server.port, Self.proof))
        #expect(try await server.next().watch.ended.get() == "\(TLSFailure.noHybridKeyExchange(nil))")
        #expect(try await peer.finish().contains("alert handshake failure"))
        let ours = try await LoopbackClient.connect(to: server.port, TestContext.client())
        #expect(try await ours.watch.proved.get().group == "X25519MLKEM768")
        try await server.stop()
        settings.minimumVersion = .tls12
        #expect(throws: TLSFailure.setting(name: "keyExchange", value: "hybrid with TLS 1.2")) {
            try TestContext.server(settings)
        }
    }

    @Test("s_client that knows only TLS 1.2 is told protocol_version")
    func sClientOld() async throws {
        let server = try await LoopbackServer.start(TestContext.server())
        let peer = try Conversation(
            Self.openssl, ["s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_2"] + Self.proof)
        let accepted = await server.next()
        #expect(try await accepted.watch.ended.get() == "protocolVersion")
        #expect(try await peer.finish().contains("alert protocol version"))
        try await server.stop()
    }

    @Test("six connections of one s_client, which keeps its session, ask the verifier six times")
    func noResumption() async throws {
        let asked = SharedCount()
        var settings = TLSSettings()
        settings.minimumVersion = .tls12
        let server = try await LoopbackServer.start(
            TestContext.server(settings), halfClosure: false,
            verify: { _ in
                asked.add()
                return .accepted(1)
            })
        let peer = try Conversation(
            Self.openssl, ["s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_2", "-reconnect"] + Self.proof)
        for _ in 0..<6 { _ = try await server.next().watch.proved.get() }
        try peer.say("Q\n")
        let said = try await peer.finish()
        #expect(said.contains("New, TLSv1.2"))
        #expect(!said.contains("Reused,"))
        #expect(asked.value == 6)
        try await server.stop()
    }

    @Test("a client that offers to keep a TLS 1.3 session is given none to keep")
    func noTickets() async throws {
        let server = try await LoopbackServer.start(TestContext.server(), halfClosure: false)
        let kept = "\(TestIdentity.folder)/session.pem"
        let peer = try Conversation(
            Self.openssl, Self.clientArguments(port: server.port, Self.proof + ["-sess_out", kept]))
        let accepted = await server.next()
        _ = try await accepted.watch.proved.get()
        try await accepted.channel.writeAndFlush(ByteBuffer(string: "hello\n")).get()
        _ = await peer.wait(for: "hello")
        try peer.say("Q\n")
        _ = try await peer.finish()
        #expect(!FileManager.default.fileExists(atPath: kept))
        try await server.stop()
    }

    @Test("the exporter has openssl's value")
    func exporter() async throws {
        let server = try await LoopbackServer.start(TestContext.server())
        let peer = try Conversation(
            Self.openssl,
            Self.clientArguments(
                port: server.port, Self.proof + ["-keymatexport", "EXPORTER-Channel-Binding", "-keymatexportlen", "32"])
        )
        let accepted = await server.next()
        _ = try await accepted.watch.proved.get()
        let secret = try await accepted.channel.eventLoop.submit {
            try accepted.channel.pipeline.syncOperations.handler(type: TLSHandler.self)
                .exporter(label: "EXPORTER-Channel-Binding", length: 32)
        }.get()
        let hex = secret.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined().uppercased()
        try peer.say("Q\n")
        #expect(try await peer.finish().contains(hex))
        try await server.stop()
    }

    @Test("curl with a certificate gets its answer, without one it gets none")
    func curl() async throws {
        let server = try await LoopbackServer.start(TestContext.server(), halfClosure: false)
        let url = "https://server.test:\(server.port)/"
        let common = [
            "-s", "-S", "--resolve", "server.test:\(server.port):127.0.0.1", "--cacert",
            TestIdentity.authority.certificateFile,
        ]
        let proved = try Conversation(
            "/usr/bin/curl",
            common + ["--cert", TestIdentity.client.certificateFile, "--key", TestIdentity.client.keyFile, url])
        let accepted = await server.next()
        _ = try await accepted.watch.bytes(16).get()
        try await accepted.channel.writeAndFlush(
            ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nproved")
        ).get()
        #expect(try await proved.finish() == "proved")
        let unproved = try Conversation("/usr/bin/curl", common + [url])
        #expect(try await server.next().watch.ended.get() == "noCertificate")
        #expect(try await unproved.finish().contains("alert certificate required"))
        try await server.stop()
    }

    @Test("a certificate that may not sign is refused before it is verified")
    func keyUsage() async throws {
        let server = try await LoopbackServer.start(TestContext.server())
        let odd = TestIdentity.keyAgreementOnly
        let peer = try Conversation(
            Self.openssl,
            Self.clientArguments(port: server.port, ["-cert", odd.certificateFile, "-key", odd.keyFile]))
        #expect(try await server.next().watch.ended.get() == "keyUsageForbidsSigning")
        #expect(try await peer.finish().contains("alert illegal parameter"))
        try await server.stop()
    }

    @Test("openssl s_server that asks for a certificate takes ours, and we see its chain")
    func sServer() async throws {
        // Port 0: it says where it listens.
        let peer = try Conversation(
            Self.openssl,
            [
                "s_server", "-accept", "0", "-cert", TestIdentity.server.certificateFile, "-key",
                TestIdentity.server.keyFile,
                "-CAfile", TestIdentity.authority.certificateFile, "-Verify", "2", "-verify_return_error", "-tls1_3",
                "-rev",
            ])
        let said = await peer.wait(for: "ACCEPT")
        let line = try #require(said.split(separator: "\n").first { $0.hasPrefix("ACCEPT") })
        let port = try #require(line.split(separator: ":").last.flatMap { Int($0) })
        let client = try await LoopbackClient.connect(
            to: port, TestContext.client(),
            verify: { peer in
                peer.chain.first == TestIdentity.server.chain.first && peer.serverName == "server.test"
                    ? .accepted("openssl") : .refused(.badCertificate)
            })
        let facts = try await client.watch.proved.get()
        #expect(facts.verified as? String == "openssl")
        client.channel.writeAndFlush(ByteBuffer(string: "abc\n"), promise: nil)
        #expect(try await client.watch.bytes(4).get() == Array("cba\n".utf8))
        try await client.channel.close().get()
        _ = try await peer.finish()
    }
}

/// A count that event loops share.
final class SharedCount: Sendable {
    private let count = Atomic(0)
    func add() { count.add(1, ordering: .relaxed) }
    var value: Int { count.load(ordering: .relaxed) }
}
