import NIOCore
import NIOPosix
import SymbolonKeys
import SymbolonTestSupport
import Testing

@testable import SymbolonTransport

/// Two ends that met nobody yet, and a code: each case is what one of them, or somebody between, does wrong.
@Suite("Pairing by a code: SPAKE2+ inside TLS 1.3")
struct PairingTests {
    static let number = 4711

    @Test("the same code on both ends proves both, without a certificate, and both export the same")
    func sameCode() async throws {
        let trial = try await PairingTrial.run(words: "correct horse")
        let (server, client) = (try await trial.server.proved.get(), try await trial.client.proved.get())
        let record = try PairingTrial.registration("correct horse").record
        #expect(server.verified as? PairedByCode == PairedByCode(number: Self.number, record: record))
        #expect(client.verified as? PairedByCode == PairedByCode(number: Self.number, record: nil))
        for facts in [server, client] {
            #expect(facts.version == .tls13)
            #expect(facts.alpn == "symbolon-pairing/1")
            #expect(facts.group == "SPAKE2PLUS_V1")
            #expect(facts.peerSignatureAlgorithm == "none")
            #expect(facts.certificateRequest == nil)
        }
        let exported = try await trial.exporters()
        #expect(exported.0 == exported.1)
        #expect(exported.0.count == 32)
        await trial.gate.waitForEnd()
        #expect(trial.gate.told == [.admitted(Self.number), .ended(Self.number, nil)])
        try await trial.stop()
    }

    @Test("a wrong word is noticed by both ends, by name, and is one counted try")
    func wrongCode() async throws {
        let trial = try await PairingTrial.run(words: "correct house", against: "correct horse")
        #expect(try await trial.client.ended.get() == "\(TLSFailure.codeNotProved(Self.number))")
        #expect(try await trial.server.ended.get() == "\(TLSFailure.codeNotProved(Self.number))")
        await trial.gate.waitForEnd()
        #expect(
            trial.gate.told == [.admitted(Self.number), .ended(Self.number, .codeNotProved(Self.number))])
        try await trial.stop()
    }

    @Test("a number that is not open is refused before anything is answered")
    func unknownNumber() async throws {
        let trial = try await PairingTrial.run(words: "correct horse", against: nil)
        #expect(try await trial.client.ended.get() == "\(TLSFailure.noOpenInvitation(Self.number))")
        #expect(try await trial.server.ended.get() == "\(TLSFailure.noOpenInvitation(Self.number))")
        #expect(trial.gate.told == [.denied(Self.number)])
        try await trial.stop()
    }

    @Test("a server that does not pair has no invitation open, and proves nothing")
    func serverWithoutGate() async throws {
        var settings = PairingTrial.patient
        settings.alpn = ["http/1.1"]
        let server = try await LoopbackServer.start(TestContext.server(settings))
        let secret = try PairingTrial.registration("correct horse").secret
        let client = try await LoopbackClient.connect(
            to: server.port, TLSContext(code: secret, number: Self.number, settings: PairingTrial.patient),
            serverName: nil)
        #expect(try await client.watch.ended.get() == "\(TLSFailure.noOpenInvitation(Self.number))")
        try await server.stop()
    }

    @Test("certificates go on as before on a port that also pairs")
    func certificatesBeside() async throws {
        var settings = PairingTrial.patient
        settings.alpn = ["h2", "http/1.1"]
        let gate = RecordingGate(record: nil)
        let context = try TLSContext(
            side: .server(acceptedServerNames: nil), identity: TestIdentity.server.tls, settings: settings,
            pairing: gate)
        let server = try await LoopbackServer.start(context)
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client(settings))
        let facts = try await client.watch.proved.get()
        #expect(facts.alpn == "h2")
        #expect(facts.verified as? String == "the server")
        #expect(gate.told == [])
        try await client.channel.close().get()
        try await server.stop()
    }

    @Test("who asks for pairing without a share gets no certificate, and the gate is not asked")
    func pairingWithoutShare() async throws {
        let gate = RecordingGate(record: nil)
        let context = try TLSContext(
            side: .server(acceptedServerNames: nil), identity: TestIdentity.server.tls, settings: PairingTrial.patient,
            pairing: gate)
        let server = try await LoopbackServer.start(context)
        var settings = PairingTrial.patient
        settings.alpn = ["symbolon-pairing/1"]
        let client = try await LoopbackClient.connect(to: server.port, TestContext.client(settings))
        #expect(try await client.watch.ended.get() == "\(TLSFailure.peerAlert(.handshakeFailure))")
        #expect(try await server.next().watch.ended.get() == "\(TLSFailure.noOpenInvitation(nil))")
        #expect(gate.told == [])
        try await server.stop()
    }

    @Test("a client that goes away while the gate thinks is still one counted try")
    func goneMeanwhile() async throws {
        let gate = RecordingGate(record: try PairingTrial.registration("correct horse").record, holds: true)
        let context = try TLSContext(
            side: .server(acceptedServerNames: nil), identity: TestIdentity.server.tls, settings: PairingTrial.patient,
            pairing: gate)
        let server = try await LoopbackServer.start(context)
        let secret = try PairingTrial.registration("correct horse").secret
        let client = try await LoopbackClient.connect(
            to: server.port, TLSContext(code: secret, number: Self.number, settings: PairingTrial.patient),
            serverName: nil)
        await gate.waitForAdmission()
        try await client.channel.close().get()
        _ = try await server.next().watch.ended.get()
        gate.release()
        await gate.waitForEnd()
        #expect(gate.told == [.admitted(Self.number), .ended(Self.number, .peerClosedDuringHandshake)])
        try await server.stop()
    }

    @Test(
        "RFC 9383 Appendix C: published w0, w1 and L prove each other in a handshake",
        .enabled(if: PublishedVectors.areHere), arguments: 0..<2)
    func publishedKeys(_ index: Int) async throws {
        let vector = try SPAKE2PlusVector.all()[index]
        let trial = try await PairingTrial.run(vector.secret, against: vector.record)
        #expect(try await trial.server.proved.get().verified is PairedByCode)
        #expect(try await trial.client.proved.get().verified is PairedByCode)
        try await trial.stop()
    }

    @Test("RFC 9383 Appendix C: L of one code does not fit w1 of another", .enabled(if: PublishedVectors.areHere))
    func publishedKeysMixed() async throws {
        let vectors = try SPAKE2PlusVector.all()
        let mixed = try #require(
            SPAKE2PlusRecord(w0: vectors[0].record.w0, registrationRecord: vectors[1].record.registrationRecord))
        let trial = try await PairingTrial.run(vectors[0].secret, against: mixed)
        #expect(try await trial.client.ended.get() == "\(TLSFailure.codeNotProved(Self.number))")
        #expect(try await trial.server.ended.get() == "\(TLSFailure.codeNotProved(Self.number))")
        try await trial.stop()
    }

    @Test("K19: a record whose point is not on the curve answers nobody")
    func recordOffCurve() async throws {
        let good = try PairingTrial.registration("correct horse")
        var point = good.record.registrationRecord.copied
        point[64] ^= 1
        let bad = try #require(
            SPAKE2PlusRecord(w0: good.record.w0, registrationRecord: SecretBytes(copying: point)))
        let trial = try await PairingTrial.run(good.secret, against: bad)
        #expect(try await trial.client.ended.get() != nil)
        #expect(try await trial.server.ended.get() != nil)
        try await trial.stop()
    }

    @Test("registration is the same on both ends, and another for another number")
    func registration() throws {
        let one = try PairingTrial.registration("correct horse")
        let same = try PairingTrial.registration("correct horse")
        let other = try PairingRegistration(words: SecretBytes(copying: "correct horse".utf8), number: 4712)
        #expect(one.record == same.record)
        #expect(one.secret == same.secret)
        #expect(one.record != other.record)
        #expect("\(one)".contains("secret octets"))
    }

    @Test(
        "numbers are read in their one spelling",
        arguments: [
            ("symbolon-pairing/1 invitation 4711", 4711), ("symbolon-pairing/1 invitation 99999", 99_999),
            ("symbolon-pairing/1 invitation 04711", nil), ("symbolon-pairing/1 invitation 0", nil),
            ("symbolon-pairing/1 invitation 100000", nil), ("symbolon-pairing/1 invitation ", nil),
            ("symbolon-pairing/1 invitation +1", nil), ("symbolon-pairing/2 invitation 1", nil), ("", nil),
        ])
    func numbers(_ identity: String, _ number: Int?) {
        #expect(PairingProtocol.number(in: Array(identity.utf8)) == number)
    }

    @Test("a PAKE extension that ends too early names nobody", arguments: 0..<40)
    func shortShare(_ count: Int) {
        let identity = PairingProtocol.clientIdentity(4711)
        let whole = [0, UInt8(identity.count)] + identity + [0, 0, 0, 0]
        #expect(PairingHello.number(pake: whole) == 4711)
        #expect(PairingHello.number(pake: Array(whole.prefix(min(count, 1 + identity.count)))) == nil)
    }
}
