import Foundation
import NIOCore
import NIOPosix
import SymbolonKeys
import SymbolonTestSupport
import SymbolonWire
import Synchronization
import Testing

@testable import SymbolonTransport

/// Answers for one invitation, and remembers what it was asked and told.
final class RecordingGate: PairingGate {
    enum Told: Equatable {
        case admitted(Int)
        case denied(Int)
        case ended(Int, TLSFailure?)
    }

    private let record: SPAKE2PlusRecord?
    private let state = Mutex<[Told]>([])
    private let admission = AsyncStream<Void>.makeStream()
    private let end = AsyncStream<Void>.makeStream()
    private let leave = AsyncStream<Void>.makeStream()
    private let holds: Bool

    init(record: SPAKE2PlusRecord?, holds: Bool = false) {
        self.record = record
        self.holds = holds
    }

    var told: [Told] { state.withLock { $0 } }

    func admit(_ number: Int, from address: SocketAddress?) async -> SPAKE2PlusRecord? {
        state.withLock { $0.append(record == nil ? .denied(number) : .admitted(number)) }
        admission.continuation.yield()
        if holds { for await _ in leave.stream { break } }
        return record
    }

    func ended(
        _ number: Int, record: SPAKE2PlusRecord, from address: SocketAddress?, failure: TLSFailure?
    ) async {
        state.withLock { $0.append(.ended(number, failure)) }
        end.continuation.yield()
    }

    func release() { leave.continuation.yield() }
    func waitForAdmission() async { for await _ in admission.stream { return } }
    func waitForEnd() async { for await _ in end.stream { return } }
}

/// One client with a code at one server, and what became of both.
struct PairingTrial {
    let gate: RecordingGate
    let listener: LoopbackServer
    let server: SocketWatch
    let client: SocketWatch
    private let serverChannel: any Channel
    private let clientChannel: any Channel

    /// The gate answers on threads that all tests share: on a busy machine not within the deadline for strangers.
    static var patient: TLSSettings {
        var settings = TLSSettings()
        settings.handshakeDeadline = .seconds(60)
        return settings
    }

    static func registration(_ words: String) throws -> PairingRegistration {
        try PairingRegistration(words: SecretBytes(copying: words.utf8), number: PairingTests.number)
    }

    static func run(words: String) async throws -> PairingTrial { try await run(words: words, against: words) }

    static func run(words: String, against kept: String?) async throws -> PairingTrial {
        try await run(try registration(words).secret, against: try kept.map { try registration($0).record })
    }

    static func run(_ secret: SPAKE2PlusSecret, against record: SPAKE2PlusRecord?) async throws -> PairingTrial {
        let gate = RecordingGate(record: record)
        let context = try TLSContext(
            side: .server(acceptedServerNames: ["server.test"]), identity: TestIdentity.server.tls, settings: patient,
            pairing: gate)
        // A certificate would be refused by either end: neither may be asked for one.
        let listener = try await LoopbackServer.start(context) { _ in .refused(.badCertificate) }
        let client = try await LoopbackClient.connect(
            to: listener.port, TLSContext(code: secret, number: PairingTests.number, settings: patient),
            serverName: nil, verify: { _ in .refused(.badCertificate) })
        let server = await listener.next()
        return PairingTrial(
            gate: gate, listener: listener, server: server.watch, client: client.watch, serverChannel: server.channel,
            clientChannel: client.channel)
    }

    private init(
        gate: RecordingGate, listener: LoopbackServer, server: SocketWatch, client: SocketWatch,
        serverChannel: any Channel, clientChannel: any Channel
    ) {
        self.gate = gate
        self.listener = listener
        self.server = server
        self.client = client
        self.serverChannel = serverChannel
        self.clientChannel = clientChannel
    }

    func exporters() async throws -> ([UInt8], [UInt8]) {
        func exported(_ channel: any Channel) async throws -> [UInt8] {
            try await channel.eventLoop.submit {
                try channel.pipeline.syncOperations.handler(type: TLSHandler.self)
                    .exporter(label: "EXPORTER-Channel-Binding", length: 32)
            }.get()
        }
        return (try await exported(serverChannel), try await exported(clientChannel))
    }

    func stop() async throws {
        try? await clientChannel.close().get()
        try await listener.stop()
    }
}

extension SecretBytes {
    var copied: [UInt8] { unsafe withUnsafeBytes { unsafe Array($0) } }
}

/// The keys of RFC 9383's vectors; the library gives no way to fix the random scalars, so only keys are used.
struct SPAKE2PlusVector {
    let secret: SPAKE2PlusSecret
    let record: SPAKE2PlusRecord

    private struct Published: Decodable {
        let w0: String
        let w1: String
        let point: String

        private enum CodingKeys: String, CodingKey { case w0, w1, point = "L" }
    }

    static func all() throws -> [SPAKE2PlusVector] {
        let data = try PublishedVectors.read("spake2plus/vectors-part.json")
        return try JSONDecoder().decode([Published].self, from: Data(data))
            .filter { $0.w0.count == 2 * SPAKE2PlusRecord.scalarLength }.map { published in
                func octets(_ text: String) throws -> SecretBytes { SecretBytes(copying: try Hex.decode(text)) }
                return SPAKE2PlusVector(
                    secret: try #require(SPAKE2PlusSecret(w0: octets(published.w0), w1: octets(published.w1))),
                    record: try #require(
                        SPAKE2PlusRecord(w0: octets(published.w0), registrationRecord: octets(published.point))))
            }
    }
}
