internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2
internal import SymbolonVerification

/// One HTTP/2 connection to the backend, for all requests of one peer's connection: in the clear by prior knowledge (RFC 9113
/// §3.3), or behind TLS.
final class MultiplexedBackend {
    private let channel: any Channel
    private let multiplexer: NIOHTTP2Handler.StreamMultiplexer
    /// What it has proved; nil: it was asked for no proof.
    let peer: VerifiedPeer?
    private var streams = 0
    /// It takes no other request, and closes with its last.
    private var isRetired = false

    /// - Parameter channel: on which nothing of HTTP has been said.
    init(on channel: any Channel, proved peer: VerifiedPeer? = nil) throws {
        self.channel = channel
        self.peer = peer
        multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
            mode: .client, connectionConfiguration: .init(), streamConfiguration: HTTP2Limits.stream
        ) { $0.close() }
        // What fails of the connection fails its streams too, which tell it.
        let end = HTTP2ConnectionEnd()
        // RFC 9113 §6.8: what has begun is answered, and other requests want another connection.
        end.whenLeaving = { [weak self] in self?.retire() }
        try channel.pipeline.syncOperations.addHandler(end)
    }

    var takesRequests: Bool { !isRetired && channel.isActive }

    func open(_ exchange: Exchange) {
        guard !exchange.isOver else { return }
        let peer = peer
        let link = NIOLoopBound(BackendLink(isStream: true, proved: peer), eventLoop: channel.eventLoop)
        let scheme: HTTP2FramePayloadToHTTP1ClientCodec.HTTPProtocol = peer == nil ? .http : .https
        streams += 1
        let opened = multiplexer.createStreamChannel { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandlers([
                    HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: scheme), link.value,
                ])
            }
        }
        opened.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let stream):
                stream.closeFuture.assumeIsolated().whenComplete { [self] _ in ended() }
                exchange.linked(link.value)
            case .failure(let error):
                ended()
                exchange.cannotConnect(error)
            }
        }
    }

    private func ended() {
        streams -= 1
        if isRetired, streams == 0 { close() }
    }

    func retire() {
        isRetired = true
        if streams == 0 { close() }
    }

    func close() {
        isRetired = true
        channel.close(promise: nil)
    }
}
