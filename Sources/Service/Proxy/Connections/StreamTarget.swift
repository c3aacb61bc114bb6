internal import NIOCore
internal import SymbolonTransport

/// Where one event loop's connections go: a literal address, or a name that is looked up once and again when it fails.
///
/// A name look-up for every connection would cost a thread hop and a tenth of a handshake's time. Confined to its loop.
final class StreamTarget {
    let loop: StreamLoop
    private let endpoint: Endpoint
    private let timeout: TimeAmount
    private let isLiteral: Bool
    /// The literal address, or the one that answered last.
    private var address: SocketAddress?

    init(_ endpoint: Endpoint, timeout: TimeAmount, on loop: StreamLoop) {
        self.loop = loop
        self.endpoint = endpoint
        self.timeout = timeout
        address = endpoint.literalAddress
        isLiteral = address != nil
    }

    /// - Parameter finish: called once, perhaps at once.
    func connect(finish: @escaping (Dial.Answer) -> Void) {
        guard let address else { return lookUp(finish) }
        guard !isLiteral else {
            return Dial.start(to: [address], within: timeout, on: loop, finish: finish)
        }
        Dial.start(to: [address], within: timeout, on: loop) { [self] answer in
            guard case .failure = answer else { return finish(answer) }
            self.address = nil
            lookUp(finish)
        }
    }

    private func lookUp(_ finish: @escaping (Dial.Answer) -> Void) {
        guard case .host(let host, let port) = endpoint else { return finish(.failure(.unusablePath)) }
        Dial.start(to: host, port: port, within: timeout, on: loop) { [self] answer in
            if case .success(let socket) = answer { address = socket.remoteAddress }
            finish(answer)
        }
    }
}
