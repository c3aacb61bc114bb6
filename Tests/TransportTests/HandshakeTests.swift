import NIOCore
import NIOEmbedded
import SymbolonKeys
import Testing

@testable import SymbolonTransport

@Suite("A handshake proves both ends, or there is no connection")
struct HandshakeTests {
    @Test("both ends complete and agree on the facts", arguments: Cut.allCases)
    func honest(cut: Cut) throws {
        let pair = try EmbeddedPair.established(cut: cut)
        let server = try #require(pair.server.recorder.facts.first)
        let client = try #require(pair.client.recorder.facts.first)
        #expect(server.version == .tls13)
        #expect(server.cipher.hasPrefix("TLS_AES_") || server.cipher.hasPrefix("TLS_CHACHA20_"))
        #expect(server.cipher == client.cipher)
        #expect(server.group == "X25519MLKEM768")
        #expect(client.group == "X25519MLKEM768")
        #expect(server.peerSignatureAlgorithm == "ecdsa_secp256r1_sha256")
        #expect(server.serverName == "server.test")
        #expect(client.serverName == "server.test")
        #expect(server.alpn == nil)
        #expect(server.verified as? String == "the client")
        #expect(client.verified as? String == "the server")
        #expect(pair.server.recorder.facts.count == 1)
        #expect(pair.server.recorder.failures.isEmpty)
    }

    @Test("the verifier sees exactly the chain that the peer has, and the name asked for")
    func presented() throws {
        var seenByServer: PresentedPeer?
        var seenByClient: PresentedPeer?
        let pair = try EmbeddedPair(
            clientIdentity: TestIdentity.client.tls,
            serverVerifies: {
                seenByServer = $0
                return .accepted(1)
            },
            clientVerifies: {
                seenByClient = $0
                return .accepted(2)
            })
        try pair.handshake()
        #expect(seenByServer?.chain == TestIdentity.client.chain)
        #expect(seenByServer?.serverName == "server.test")
        #expect(seenByClient?.chain == TestIdentity.server.chain)
        #expect(seenByClient?.serverName == "server.test")
    }

    @Test("each kind of key proves a client")
    func keyKinds() throws {
        let expected: [(TestIdentity, String)] = [
            (.client, "ecdsa_secp256r1_sha256"), (.p384, "ecdsa_secp384r1_sha384"), (.ed25519, "ed25519"),
            (.rsa, "rsa_pss_rsae_sha256"),
        ]
        for (identity, algorithm) in expected {
            let pair = try EmbeddedPair(clientIdentity: identity.tls)
            try pair.handshake()
            #expect(pair.server.recorder.facts.first?.peerSignatureAlgorithm == algorithm)
        }
    }

    @Test("bytes written before proof wait, arrive after it in order, and their promises are kept")
    func heldWrites() throws {
        let pair = try EmbeddedPair.honest()
        let promise = pair.loop.makePromise(of: Void.self)
        pair.client.send([1, 2, 3], promise: promise)
        pair.server.send([9])
        pair.client.send([4])
        try pair.handshake()
        try pair.exchange()
        try promise.futureResult.wait()
        #expect(pair.server.recorder.received == [1, 2, 3, 4])
        #expect(pair.client.recorder.received == [9])
        #expect(pair.server.recorder.bytesBeforeProof == 0)
        #expect(pair.client.recorder.bytesBeforeProof == 0)
    }

    @Test("held writes are failed, not sent, when the peer is refused")
    func heldWritesOfRefused() throws {
        let pair = try EmbeddedPair(
            clientIdentity: TestIdentity.client.tls, clientVerifies: { _ in .refused(.unknownCA) })
        let promise = pair.loop.makePromise(of: Void.self)
        pair.client.send([1, 2, 3], promise: promise)
        try pair.handshake()
        #expect(throws: ChannelError.ioOnClosedChannel) { try promise.futureResult.wait() }
        #expect(pair.server.recorder.received.isEmpty)
    }

    @Test("data that comes with the last handshake bytes is delivered after the event")
    func dataWithFinished() throws {
        let pair = try EmbeddedPair.honest()
        pair.client.recorder.onHandshake = { context in
            context.writeAndFlush(NIOAny(ByteBuffer(string: "at once")), promise: nil)
        }
        try pair.handshake()
        #expect(pair.server.recorder.received == Array("at once".utf8))
        #expect(pair.server.recorder.bytesBeforeProof == 0)
    }

    @Test("both ends export the same secret, and another label another one")
    func exporter() throws {
        let pair = try EmbeddedPair.established()
        let server = try pair.server.tls.exporter(label: "EXPORTER-Channel-Binding", length: 32)
        #expect(server.count == 32)
        #expect(try pair.client.tls.exporter(label: "EXPORTER-Channel-Binding", length: 32) == server)
        #expect(try pair.client.tls.exporter(label: "EXPORTER-Other", length: 32) != server)
        #expect(throws: TLSFailure.notOpen) { try pair.client.tls.exporter(label: "x", length: 0) }
        #expect(throws: TLSFailure.notOpen) { try pair.client.tls.exporter(label: "x", length: 8_161) }
    }

    @Test("there is nothing to export before the handshake is through")
    func exporterTooEarly() throws {
        let pair = try EmbeddedPair.honest()
        try pair.client.connect()
        #expect(throws: TLSFailure.notOpen) { try pair.client.tls.exporter(label: "x", length: 32) }
    }

    @Test("T24: a client without a certificate is refused with certificate_required")
    func noCertificate() throws {
        let pair = try EmbeddedPair(clientIdentity: nil)
        try pair.handshake()
        #expect(pair.server.recorder.failures == [.noCertificate])
        #expect(pair.server.recorder.facts.isEmpty)
        #expect(pair.client.recorder.failures == [.peerAlert(.certificateRequired)])
    }

    @Test("T21: a client that cannot sign with its certificate's key is refused, whatever the verifier said")
    func possession() throws {
        let pair = try EmbeddedPair(
            serverContext: TLSContext(side: .server(acceptedServerNames: nil), identity: TestIdentity.server.tls),
            clientContext: OddClient.forgingSignature(showing: TestIdentity.client))
        try pair.handshake()
        #expect(pair.server.recorder.failures == [.possessionNotProved])
        #expect(pair.server.recorder.facts.isEmpty)
        #expect(pair.client.recorder.failures == [.peerAlert(.decryptError)])
    }

    @Test("an identity whose key is another's, unreadable, or without a chain is refused when made")
    func identities() throws {
        let mine = TestIdentity.client
        #expect(throws: TLSFailure.keyDoesNotFitLeaf) {
            try TLSIdentity(chain: mine.chain, pkcs8: TestIdentity.server.key)
        }
        #expect(throws: TLSFailure.keyDoesNotFitLeaf) { try TLSIdentity(chain: [[0x30, 0x00]], pkcs8: mine.key) }
        #expect(throws: TLSFailure.unreadableKey) {
            try TLSIdentity(chain: mine.chain, pkcs8: SecretBytes(copying: [1, 2]))
        }
        let trailing = SecretBytes(copying: unsafe mine.key.withUnsafeBytes { unsafe Array($0) } + [0])
        #expect(throws: TLSFailure.unreadableKey) { try TLSIdentity(chain: mine.chain, pkcs8: trailing) }
        let odd = TestIdentity.keyAgreementOnly
        #expect(throws: TLSFailure.keyUsageForbidsSigning) { try TLSIdentity(chain: odd.chain, pkcs8: odd.key) }
        #expect(throws: TLSFailure.emptyChain) { try TLSIdentity(chain: [], pkcs8: mine.key) }
        #expect(throws: TLSFailure.identityRequired) {
            try TLSContext(side: .server(acceptedServerNames: nil), identity: nil)
        }
        #expect(try TLSIdentity(chain: mine.chain, pkcs8: mine.key).chain == mine.chain)
    }

    @Test("settings that cannot be are refused by name")
    func settings() throws {
        var settings = TLSSettings()
        settings.maximumHandshakeBytes = 16_383
        #expect(throws: TLSFailure.setting(name: "maximumHandshakeBytes", value: "16383")) {
            try TLSContext(side: .client, identity: nil, settings: settings)
        }
        settings.maximumHandshakeBytes = 16_384
        settings.alpn = [""]
        #expect(throws: TLSFailure.setting(name: "alpn", value: "")) {
            try TLSContext(side: .client, identity: nil, settings: settings)
        }
    }
}
