import NIOCore
import Testing

@testable import SymbolonTransport

@Suite("A client sees what the server asks it to prove itself with")
struct CertificateRequestTests {
    /// `SEQUENCE { SET { SEQUENCE { commonName, "A" } } }`.
    private static let name: [UInt8] = [
        0x30, 0x0C, 0x31, 0x0A, 0x30, 0x08, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0C, 0x01, 0x41,
    ]

    @Test("RFC 8446 §4.3.2: the authorities and the signature algorithms, and nothing on the server's side")
    func asked() throws {
        var settings = TLSSettings()
        settings.clientAuthorityNames = [Self.name]
        let pair = try EmbeddedPair(serverSettings: settings, clientIdentity: TestIdentity.client.tls)
        try pair.handshake()
        let request = try #require(pair.client.recorder.facts.first?.certificateRequest)
        #expect(request.authorities == [Self.name])
        #expect(request.signatureAlgorithms.first == "ecdsa_secp256r1_sha256")
        #expect(request.signatureAlgorithms.contains("rsa_pss_rsae_sha256"))
        #expect(pair.server.recorder.facts.count == 1)
        #expect(pair.server.recorder.facts.first?.certificateRequest == nil)
    }

    @Test("a server that names no authority asks for any")
    func anyAuthority() throws {
        let pair = try EmbeddedPair.established()
        #expect(pair.client.recorder.facts.first?.certificateRequest?.authorities == [])
    }

    @Test("it is still known where the server refuses a client that has none")
    func refused() throws {
        let pair = try EmbeddedPair(clientIdentity: nil)
        try pair.handshake()
        #expect(pair.client.recorder.failures == [.peerAlert(.certificateRequired)])
        #expect(pair.client.tls.certificateRequest != nil)
    }

    @Test("RFC 6066 §8: where no answer was asked for, none is read")
    func noStaple() throws {
        var seen: PresentedPeer?
        let pair = try EmbeddedPair(
            clientIdentity: TestIdentity.client.tls,
            clientVerifies: {
                seen = $0
                return .accepted(1)
            })
        try pair.handshake()
        #expect(seen != nil && seen?.stapledAnswer == nil)
    }

    @Test("RFC 8446 §4.4.2.1: a server shows the answer that it was given, to a client that asks")
    func staple() throws {
        var seen: PresentedPeer?
        let answer: [UInt8] = [0x30, 0x03, 0x0A, 0x01, 0x03]
        let identity = try TestIdentity.server.tls
        func shown(_ identity: TLSIdentity) throws -> [UInt8]? {
            let pair = try EmbeddedPair(
                serverContext: TLSContext(side: .server(acceptedServerNames: nil), identity: identity),
                clientContext: TLSContext(side: .client, identity: TestIdentity.client.tls),
                clientVerifies: {
                    seen = $0
                    return .accepted(1)
                })
            try pair.handshake()
            return seen?.stapledAnswer
        }
        let stapling = identity.stapling(answer)
        #expect(stapling.stapledAnswer == answer && stapling.chain == identity.chain)
        #expect(try shown(stapling) == answer)
        // The one before shows none, and another takes the place of the first.
        #expect(try shown(identity) == nil)
        #expect(try shown(stapling.stapling([0x30, 0x00])) == [0x30, 0x00])
        #expect(try shown(stapling.stapling(nil)) == nil)
    }
}
