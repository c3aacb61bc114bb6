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
        let response = try timeLeft.step(atMost: settings.response)
        let found: Result<[[UInt8]], TLSFailure>
        do {
            let target = try SocketAddress(ipAddress: address.description, port: settings.tlsPort)
            found = try await shakeHands(with: target, asking: name, connecting, response)
        } catch {
            return .nobody(FetchFailure(connecting: error, within: connecting).explanation)
        }
        do throws(TLSFailure) {
            return .certificates(try found.get())
        } catch {
            throw .tls("\(address), port \(settings.tlsPort): \(error.explanation)")
        }
    }

    /// - Throws: when there is no connection; what the handshake comes to is the result.
    private func shakeHands(
        with target: SocketAddress, asking name: String, _ connecting: TimeAmount, _ response: TimeAmount
    ) async throws -> Result<[[UInt8]], TLSFailure> {
        var settings = TLSSettings()
        // RFC 8737 §3: "MUST negotiate TLS 1.2 or higher".
        settings.minimumVersion = .tls12
        settings.alpn = [Self.protocolName]
        settings.handshakeDeadline = response
        let context = try TLSContext(side: .client, identity: nil, settings: settings)
        let loop = group.next()
        let shown = loop.makePromise(of: [[UInt8]].self)
        let channel: any Channel
        do {
            channel = try await ClientBootstrap(group: loop)
                .connectTimeout(connecting)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        // Judged when the handshake is through: only then has the server shown that it holds the key.
                        let tls = TLSHandler(context: context, serverName: name) { .accepted($0.chain) }
                        try channel.pipeline.syncOperations.addHandlers([tls, Onlooker(shown)])
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

    /// Takes the certificates of one handshake, says nothing, and hangs up.
    private final class Onlooker: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let shown: EventLoopPromise<[[UInt8]]>

        init(_ shown: EventLoopPromise<[[UInt8]]>) { self.shown = shown }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            guard let completed = event as? TLSHandshakeCompleted else { return }
            // RFC 8737 §3: a server that does not answer the protocol has not agreed to it.
            if completed.facts.alpn == TLSChallenge.protocolName,
                let chain = completed.facts.verified as? [[UInt8]]
            {
                shown.succeed(chain)
            } else {
                shown.fail(TLSFailure.noApplicationProtocol)
            }
            context.close(promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            shown.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            shown.fail(TLSFailure.peerClosedDuringHandshake)
        }
    }
}
