internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTP2

/// One HTTP/2 connection to the backend by prior knowledge (RFC 9113 §3.3), for all requests of one peer's connection.
final class MultiplexedBackend {
    private enum State {
        case none
        case connecting([Exchange])
        case open(any Channel, NIOHTTP2Handler.StreamMultiplexer)
        case closed
    }

    private let target: BackendTarget
    private let loop: any EventLoop
    private var state = State.none

    init(_ target: BackendTarget, _ loop: any EventLoop) {
        self.target = target
        self.loop = loop
    }

    func connect(for exchange: Exchange) {
        switch state {
        case .open(let channel, let multiplexer) where channel.isActive: open(exchange, multiplexer)
        case .connecting(let waiting): state = .connecting(waiting + [exchange])
        case .closed: exchange.cannotConnect(ChannelError.alreadyClosed)
        case .none, .open:
            state = .connecting([exchange])
            target.connect(on: loop).assumeIsolated().whenComplete { [self] in connected($0) }
        }
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        guard case .connecting(let waiting) = state else {
            if case .success(let channel) = result { channel.close(promise: nil) }
            return
        }
        do {
            let channel = try result.get()
            let multiplexer = try channel.pipeline.syncOperations.configureHTTP2Pipeline(
                mode: .client, connectionConfiguration: .init(), streamConfiguration: HTTP2Limits.stream
            ) { $0.close() }
            // What fails of the connection fails its streams too, which tell it.
            try channel.pipeline.syncOperations.addHandler(HTTP2ConnectionEnd())
            try channel.syncOptions?.setOption(.autoRead, value: true)
            state = .open(channel, multiplexer)
            for exchange in waiting { open(exchange, multiplexer) }
        } catch {
            state = .none
            for exchange in waiting { exchange.cannotConnect(error) }
        }
    }

    private func open(_ exchange: Exchange, _ multiplexer: NIOHTTP2Handler.StreamMultiplexer) {
        guard !exchange.isOver else { return }
        let link = NIOLoopBound(BackendLink(isStream: true), eventLoop: loop)
        let opened = multiplexer.createStreamChannel { stream in
            stream.eventLoop.makeCompletedFuture {
                try stream.pipeline.syncOperations.addHandlers([
                    HTTP2FramePayloadToHTTP1ClientCodec(httpProtocol: .http), link.value,
                ])
            }
        }
        opened.assumeIsolated().whenComplete { result in
            switch result {
            case .success: exchange.linked(link.value)
            case .failure(let error): exchange.cannotConnect(error)
            }
        }
    }

    func close() {
        if case .open(let channel, _) = state { channel.close(promise: nil) }
        state = .closed
    }
}
