internal import Foundation
internal import NIOCore
internal import SymbolonNames
internal import SymbolonRevocation
internal import SymbolonTransport
internal import SymbolonVerification

/// What the service behind proves before it gets a request, and this end to it where it asks: TLS, judged by the verifier that
/// judges peers, by the anchors that are for backends.
struct BackendProof: Sendable {
    private let context: TLSContext
    /// HTTP/1.1 alone, for what HTTP/2 does not carry.
    private let plainContext: TLSContext
    /// What this end proves itself with, whether it is shown or not.
    private let identity: TLSIdentity
    private let serverName: String?
    private let verifier: Verifier
    private let expectation: Expectation

    /// - Parameters:
    ///   - spoken: what is spoken inside.
    ///   - known: of the trust before; what has not changed is taken from it.
    init(
        _ asked: HTTPService.BackendTLS, speaking spoken: HTTPService.BackendProtocol, under state: TrustState,
        settings: TLSSettings, cache: SignatureCache, after known: BackendProof? = nil
    ) throws(EndFailure) {
        identity = state.identity.tls
        if let known, known.identity === identity {
            (context, plainContext) = (known.context, known.plainContext)
        } else {
            // One that is for servers alone proves nothing to a server, and many refuse what they did not have to get.
            let shown = asked.showsIdentity && state.identity.isForClients ? identity : nil
            var settings = settings
            do {
                settings.alpn = ["http/1.1"]
                plainContext = try TLSContext(side: .client, identity: shown, settings: settings)
                settings.alpn = ["h2", "http/1.1"]
                context =
                    spoken == .auto
                    ? try TLSContext(side: .client, identity: shown, settings: settings) : plainContext
            } catch {
                throw .tls(error)
            }
        }
        let named = asked.names.lazy.compactMap { if case .dns(let name) = $0 { name.description } else { nil } }.first
        serverName = asked.serverName ?? named
        verifier = Verifier(anchors: state.backend.anchors, sources: state.revocation, cache: cache)
        expectation = Expectation(.server, names: asked.names, revocation: state.backend.revocationMode)
    }

    /// Whether this end proves itself as it did under `other`.
    func hasIdentity(of other: BackendProof) -> Bool { identity === other.identity }

    /// Lets a backend prove itself on a new connection, which reads nothing yet.
    /// - Parameters:
    ///   - isPlain: HTTP/1.1 alone.
    ///   - then: called once, on the loop. Handlers that it adds get what comes from then on.
    func begin(
        on channel: any Channel, plain isPlain: Bool, at now: Date,
        then: @escaping (Result<ProvedBackend, BackendUnproved>) -> Void
    ) {
        let handshake = BackendHandshake(then)
        let tls = TLSHandler(context: isPlain ? plainContext : context, serverName: serverName) { presented in
            do throws(Refusal) {
                let answers = presented.stapledAnswer.map { [$0] } ?? []
                let chain = PresentedChain(der: presented.chain, stapledAnswers: answers)
                return .accepted(try verifier.verify(chain, expecting: expectation, at: now))
            } catch {
                handshake.refusal = error.explanation
                return .refused(TLSAlert(for: error.failure))
            }
        }
        do {
            try channel.pipeline.syncOperations.addHandlers([tls, handshake])
            try channel.syncOptions?.setOption(.autoRead, value: true)
        } catch {
            channel.close(promise: nil)
            then(.failure(BackendUnproved(explanation: text(of: error))))
        }
    }

    /// Whether what it has proved before still holds.
    func recheck(_ peer: VerifiedPeer, at now: Date) throws(Refusal) { try verifier.recheck(peer, at: now) }
}

/// That a backend has proved itself, and what it speaks.
struct ProvedBackend {
    let channel: any Channel
    let peer: VerifiedPeer
    let isHTTP2: Bool
}

/// Why a backend gets no request.
struct BackendUnproved: Error {
    let explanation: String
}

/// Stands behind TLS on a new connection to the backend until that has proved itself, or has not.
private final class BackendHandshake: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    /// Why what the backend has shown is not believed.
    var refusal: String?
    private var then: ((Result<ProvedBackend, BackendUnproved>) -> Void)?

    init(_ then: @escaping (Result<ProvedBackend, BackendUnproved>) -> Void) { self.then = then }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let completed = event as? TLSHandshakeCompleted else {
            return context.fireUserInboundEventTriggered(event)
        }
        guard let peer = completed.facts.verified as? VerifiedPeer else { return fail("it proved nothing", context) }
        let then = then
        self.then = nil
        then?(.success(.init(channel: context.channel, peer: peer, isHTTP2: completed.facts.alpn == "h2")))
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(text(of: error), context) }

    func channelInactive(context: ChannelHandlerContext) {
        fail("it closed before it had proved itself", context)
        context.fireChannelInactive()
    }

    private func fail(_ why: String, _ context: ChannelHandlerContext) {
        guard let then else { return }
        self.then = nil
        context.close(promise: nil)
        then(.failure(BackendUnproved(explanation: refusal ?? why)))
    }
}
