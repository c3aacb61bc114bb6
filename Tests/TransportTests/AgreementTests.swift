import NIOCore
import NIOEmbedded
import Testing

@testable import SymbolonTransport

@Suite("What both ends must have in common")
struct AgreementTests {
    @Test("TLS 1.2 is refused with protocol_version unless asked for")
    func version() throws {
        let refusing = try EmbeddedPair(
            serverContext: TLSContext(side: .server(acceptedServerNames: nil), identity: TestIdentity.server.tls),
            clientContext: OddClient.tls12Only(identity: TestIdentity.client.tls))
        try refusing.handshake()
        #expect(refusing.server.recorder.failures == [.protocolVersion])
        #expect(refusing.client.recorder.failures == [.peerAlert(.protocolVersion)])
    }

    @Test("TLS 1.2, asked for, gives AEAD with ephemeral keys and proves both ends")
    func olderVersion() throws {
        var settings = TLSSettings()
        settings.minimumVersion = .tls12
        let pair = try EmbeddedPair(
            serverContext: TLSContext(
                side: .server(acceptedServerNames: nil), identity: TestIdentity.server.tls, settings: settings),
            clientContext: OddClient.tls12Only(identity: TestIdentity.client.tls))
        try pair.handshake()
        let facts = try #require(pair.server.recorder.facts.first)
        #expect(facts.version == .tls12)
        #expect(facts.cipher.hasPrefix("TLS_ECDHE_ECDSA_WITH_"))
        #expect(facts.verified as? String == "the client")
        #expect(
            try pair.server.tls.exporter(label: "EXPORTER-Channel-Binding", length: 32)
                == pair.client.tls.exporter(label: "EXPORTER-Channel-Binding", length: 32))
        pair.client.send([1, 2])
        try pair.exchange()
        #expect(pair.server.recorder.received == [1, 2])
    }

    @Test("a client without a certificate is refused on TLS 1.2 too")
    func olderVersionNoCertificate() throws {
        var settings = TLSSettings()
        settings.minimumVersion = .tls12
        let pair = try EmbeddedPair(
            serverContext: TLSContext(
                side: .server(acceptedServerNames: nil), identity: TestIdentity.server.tls, settings: settings),
            clientContext: OddClient.tls12Only(identity: nil))
        try pair.handshake()
        #expect(pair.server.recorder.failures == [.noCertificate])
        #expect(pair.server.recorder.facts.isEmpty)
    }

    @Test("the server's preference chooses the application protocol")
    func alpn() throws {
        var server = TLSSettings()
        server.alpn = ["h2", "http/1.1"]
        var client = TLSSettings()
        client.alpn = ["http/1.1", "h2"]
        let pair = try EmbeddedPair(
            serverSettings: server, clientSettings: client, clientIdentity: TestIdentity.client.tls)
        try pair.handshake()
        #expect(pair.server.recorder.facts.first?.alpn == "h2")
        #expect(pair.client.recorder.facts.first?.alpn == "h2")
    }

    @Test("no application protocol in common is no_application_protocol")
    func alpnMismatch() throws {
        var server = TLSSettings()
        server.alpn = ["h2"]
        var client = TLSSettings()
        client.alpn = ["spdy/1"]
        let pair = try EmbeddedPair(
            serverSettings: server, clientSettings: client, clientIdentity: TestIdentity.client.tls)
        try pair.handshake()
        #expect(pair.server.recorder.failures == [.noApplicationProtocol])
        #expect(pair.client.recorder.failures == [.peerAlert(.noApplicationProtocol)])
    }

    @Test("T07: the name that is served is accepted, whatever its case", arguments: ["server.test", "SERVER.Test"])
    func servedName(name: String) throws {
        let pair = try EmbeddedPair(
            acceptedServerNames: ["Server.Test"], serverName: name, clientIdentity: TestIdentity.client.tls)
        try pair.handshake()
        #expect(pair.server.recorder.facts.first?.serverName == "server.test")
    }

    @Test("T07: another name is refused with unrecognized_name")
    func strangeName() throws {
        let pair = try EmbeddedPair(
            acceptedServerNames: ["server.test"], serverName: "other.test", clientIdentity: TestIdentity.client.tls)
        try pair.handshake()
        #expect(pair.server.recorder.failures == [.serverNameRefused("other.test")])
        #expect(pair.client.recorder.failures == [.peerAlert(.unrecognizedName)])
    }

    @Test(
        "T07: no name, and an address, which is not sent as a name, are refused where a name is required",
        arguments: [
            nil, "127.0.0.1", "::1", "server.test.", "",
        ] as [String?])
    func missingName(name: String?) throws {
        let pair = try EmbeddedPair(
            acceptedServerNames: ["server.test"], serverName: name, clientIdentity: TestIdentity.client.tls)
        try pair.handshake()
        #expect(pair.server.recorder.failures == [.serverNameRefused(nil)])
        #expect(pair.client.recorder.failures == [.peerAlert(.unrecognizedName)])
    }

    @Test("no name is fine where none is required")
    func noNameRequired() throws {
        let pair = try EmbeddedPair(serverName: nil, clientIdentity: TestIdentity.client.tls)
        try pair.handshake()
        #expect(pair.server.recorder.facts.first?.serverName == .some(nil))
        #expect(pair.server.recorder.facts.count == 1)
    }

    @Test("T36: a name with control characters is refused everywhere and is escaped in what is reported")
    func hostileName() throws {
        let pair = try EmbeddedPair(serverName: "elevenchars.test", clientIdentity: TestIdentity.client.tls)
        try pair.server.connect()
        try pair.client.connect()
        // The first hello goes in the clear, so what it asks for can be exchanged on the way.
        var hello = Array(try pair.client.takeOutput().readableBytesView)
        let name = Array("elevenchars".utf8)
        let start = try #require(
            (0..<(hello.count - name.count)).first { Array(hello[$0..<($0 + name.count)]) == name })
        hello.replaceSubrange(start..<(start + name.count), with: Array("a\n\u{1B}[31m\"b\\c".utf8))
        try pair.server.take(ByteBuffer(bytes: hello))
        #expect(pair.server.recorder.failures == [.serverNameRefused("a\\x0a\\x1b[31m\\x22b\\x5cc.test")])
        #expect(pair.server.recorder.failures.first?.explanation.contains("\n") == false)
    }

    @Test(
        "host names are told from what is none",
        arguments: [
            ("a", true), ("a.b-c.d", true), ("_x.y", true), ("1.a", true), ("xn--bcher-kva.example", true),
            ("", false), (".", false), ("a.", false), (".a", false), ("a..b", false), ("-a", false), ("a-", false),
            ("a-.b", false),
            ("1.2.3.4", false), ("a.1", false), ("::1", false), ("a b", false), ("ä", false), ("a\0", false),
            (String(repeating: "a", count: 63), true), (String(repeating: "a", count: 64), false),
            (String(repeating: "a.", count: 126) + "a", true), (String(repeating: "a.", count: 127) + "a", false),
        ])
    func hostNames(text: String, isHost: Bool) { #expect((HostName(text) != nil) == isHost) }
}
