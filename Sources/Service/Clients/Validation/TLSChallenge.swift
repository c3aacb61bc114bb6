import NIOCore
import NIOPosix
import SymbolonNames
import SymbolonTransport

/// tls-alpn-01, RFC 8737: a handshake with the protocol `acme-tls/1` shows a certificate made for the challenge.
struct TLSChallenge: Sendable {
    /// RFC 8737 §6.2.
    static let protocolName = "acme-tls/1"

    let resolver: Resolver
    let settings: ValidationSettings
    let group: any EventLoopGroup

    /// - Returns: the address that showed the certificate.
    func validate(
        _ host: Destination.Host, keyAuthorization: String
    ) async throws(ChallengeFailure) -> IPAddress {
        let timeLeft = TimeLeft(seconds: settings.seconds)
        let destination = try await Destination(host, by: resolver, within: settings.networks)
        var last = ChallengeFailure.noAddress(name: host.description)
        for address in destination.addresses {
            switch try await shown(at: address, for: host, timeLeft) {
            case .nobody(let why):
                last = .connection("\(address), port \(settings.tlsPort): \(why)")
            case .certificates(let chain):
                try ChallengeCertificate.check(chain, for: host, keyAuthorization: keyAuthorization)
                return address
            }
        }
        throw last
    }

    private enum Outcome {
        case nobody(String)
        case certificates([[UInt8]])
    }

    private func shown(
        at address: IPAddress, for host: Destination.Host, _ timeLeft: TimeLeft
    ) async throws(ChallengeFailure) -> Outcome {
        let name =
            switch host {
            case .name(let name): name.description
            case .address(let address): address.reverseName
            }
        let connecting = try timeLeft.step(atMost: settings.connecting)
        do {
            let target = try SocketAddress(ipAddress: address.description, port: settings.tlsPort)
            var found = try await shakeHands(
                with: target, asking: name, connecting, try timeLeft.step(atMost: settings.response))
            if case .failure(.keyUsageForbidsSigning) = found {
                found = try await shakeHands(
                    with: target, asking: name, connecting, try timeLeft.step(atMost: settings.response), atMost: .tls12
                )
            }
            return .certificates(try found.get())
        } catch let failure as ChallengeFailure {
            throw failure
        } catch let failure as TLSFailure {
            throw .tls("\(address), port \(settings.tlsPort): \(failure.explanation)")
        } catch {
            return .nobody(FetchFailure(connecting: error, within: connecting).explanation)
        }
    }

    /// Divergence: RFC 8446 §4.4.2.2 wants digitalSignature in a key usage, and the library ends the handshake without it.
    /// Certificates made for challenges, lego's for one, often have keyEncipherment alone, and no other use. In TLS 1.2 the
    /// library notices only after the server has agreed to the protocol and signed our random with its key: all that
    /// RFC 8737 asks a server to show.
    ///
    /// - Throws: when there is no connection; what the handshake comes to is the result.
    private func shakeHands(
        with target: SocketAddress, asking name: String, _ connecting: TimeAmount, _ response: TimeAmount,
        atMost version: TLSVersion = .tls13
    ) async throws -> Result<[[UInt8]], TLSFailure> {
        // RFC 8737 §3: "MUST negotiate TLS 1.2 or higher".
        var settings = TLSSettings.looking(for: [Self.protocolName])
        settings.maximumVersion = version
        settings.handshakeDeadline = response
        let context = try TLSContext(side: .client, identity: nil, settings: settings)
        let loop = group.any()
        let shown = loop.makePromise(of: [[UInt8]].self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop)
                .connectTimeout(connecting)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let onlooker = Onlooker(shown, takesUnfinished: version == .tls12)
                        let tls = TLSHandler(context: context, serverName: name) { onlooker.see($0) }
                        onlooker.tls = tls
                        try channel.pipeline.syncOperations.addHandlers([tls, onlooker])
                    }
                }
                .connect(to: target).get()
        } catch {
            shown.fail(error)
            throw error
        }
        defer { channel.close(promise: nil) }
        do {
            return .success(try await shown.futureResult.get())
        } catch {
            return .failure(error as? TLSFailure ?? .peerClosedDuringHandshake)
        }
    }

    /// Takes the certificates of one handshake, says nothing, and hangs up. On its event loop.
    private final class Onlooker: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let shown: EventLoopPromise<[[UInt8]]>
        private let takesUnfinished: Bool
        private var chain: [[UInt8]] = []
        weak var tls: TLSHandler?

        init(_ shown: EventLoopPromise<[[UInt8]]>, takesUnfinished: Bool) {
            self.shown = shown
            self.takesUnfinished = takesUnfinished
        }

        /// Judged when the server has shown that it holds the key.
        func see(_ peer: PresentedPeer) -> PeerVerdict {
            chain = peer.chain
            return .accepted(())
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard event is TLSHandshakeCompleted else { return }
            finish(context)
        }

        /// RFC 8737 §3: a server that does not answer the protocol has not agreed to it.
        private func finish(_ context: ChannelHandlerContext) {
            if tls?.agreedProtocol == TLSChallenge.protocolName {
                shown.succeed(chain)
            } else {
                shown.fail(TLSFailure.noApplicationProtocol)
            }
            context.close(promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            if takesUnfinished, error as? TLSFailure == .keyUsageForbidsSigning, !chain.isEmpty {
                return finish(context)
            }
            shown.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            shown.fail(TLSFailure.peerClosedDuringHandshake)
        }
    }
}
