import Foundation
import NIOCore
import NIOPosix
import SymbolonTransport

/// A TLS client that looks: it shakes hands, sends nothing, and tells what the other end showed and asked for.
enum Probe {
    struct Findings: Sendable {
        /// What the server presented; empty when it never came so far.
        var chain: [[UInt8]] = []
        var stapledAnswer: [UInt8]?
        /// What was agreed on; nil where the handshake did not come through.
        var session: SessionFacts?
        /// What it asks of a client. By then it has proved that it holds its key.
        var request: CertificateRequest?
        /// Why the connection ended, where it was not we who ended it.
        var failure: TLSFailure?

        /// The server holds the key of the certificate that it showed.
        var isPossessionProved: Bool { session != nil || request != nil }
    }

    /// How long a server may take to say that it wants a certificate after all: in TLS 1.3 it speaks only after our side is
    /// through. One second: several round trips around the world.
    private static let patience = TimeAmount.seconds(1)

    /// - Throws: `Complaint` when there is nobody to shake hands with.
    static func at(_ address: HostAndPort, serverName: String?, identity: TLSIdentity?) async throws -> Findings {
        var settings = TLSSettings.looking(for: ["h2", "http/1.1"])
        settings.handshakeDeadline = .seconds(5)
        // 256 KiB: what is too large for our own ends is still to be told apart.
        settings.maximumHandshakeBytes = 1 << 18
        let context = try TLSContext(side: .client, identity: identity, settings: settings)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let found = loop.makePromise(of: Findings.self)
        do {
            _ = try await ClientBootstrap(group: loop)
                .connectTimeout(.seconds(5))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let looker = Looker(found)
                        let tls = TLSHandler(context: context, serverName: serverName) { looker.see($0) }
                        looker.tls = tls
                        try channel.pipeline.syncOperations.addHandlers([tls, looker])
                    }
                }
                .connect(host: address.host, port: address.port).get()
        } catch {
            found.succeed(Findings())
            throw Complaint(
                what: "\(address) cannot be reached", why: reason(error),
                mend: "see that something listens there, and that the name and the port are right", exit: .undecided)
        }
        return try await found.futureResult.get()
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? NIOConnectionError else {
            return error is ChannelError ? "nobody answered within 5 s" : ExplainedError.text(error)
        }
        switch error.connectionErrors.first?.error {
        case let failure as IOError: return unsafe String(cString: strerror(failure.errnoCode))
        case let failure?: return failure is ChannelError ? "nobody answered within 5 s" : "\(failure)"
        case nil: return "the name \"\(error.host.printable)\" has no address"
        }
    }

    /// Gathers what happens on one connection, on its event loop.
    private final class Looker: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let found: EventLoopPromise<Findings>
        private var findings = Findings()
        weak var tls: TLSHandler?

        init(_ found: EventLoopPromise<Findings>) { self.found = found }

        /// Judged later, and by others: nothing of ours is sent to this peer.
        func see(_ peer: PresentedPeer) -> PeerVerdict {
            findings.chain = peer.chain
            findings.stapledAnswer = peer.stapledAnswer
            return .accepted(())
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard let completed = event as? TLSHandshakeCompleted else { return }
            findings.session = completed.facts
            findings.request = completed.facts.certificateRequest
            guard findings.request != nil else {
                context.close(promise: nil)
                return
            }
            let channel = context.channel
            context.eventLoop.scheduleTask(in: Probe.patience) { channel.close(promise: nil) }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            // It speaks: it has taken us as we are.
            context.close(promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if findings.failure == nil { findings.failure = error as? TLSFailure }
            findings.request = findings.request ?? tls?.certificateRequest
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            found.succeed(findings)
        }
    }
}
