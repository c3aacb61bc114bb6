internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import SymbolonTransport

/// Where one event loop's connections go: a literal address, or a name that is looked up once and again when it fails.
///
/// A name look-up for every connection would cost a thread hop and a tenth of a handshake's time. Confined to its loop.
final class BackendTarget {
    private let endpoint: Endpoint
    private let timeout: TimeAmount
    /// The literal address, or the one that answered last.
    private var address: SocketAddress?

    init(_ endpoint: Endpoint, timeout: TimeAmount) {
        self.endpoint = endpoint
        self.timeout = timeout
        self.address = endpoint.literalAddress
    }

    /// Connects on `loop`. The channel does not read until its `autoRead` is set: a name may be tried at several addresses
    /// at once, so handlers are added to the one that won, and until then nobody would take the bytes.
    func connect(on loop: any EventLoop) -> EventLoopFuture<any Channel> {
        guard !DescriptorReserve.files.isNext else {
            return loop.makeFailedFuture(IOError(errnoCode: EMFILE, reason: "socket"))
        }
        let bootstrap = ClientBootstrap(group: loop)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.autoRead, value: false)
            .connectTimeout(timeout)
        switch (endpoint, address) {
        case (.socket(let path), _):
            return bootstrap.connect(unixDomainSocketPath: path)
        case (.host(let host, let port), let address?):
            guard endpoint.literalAddress == nil else { return bootstrap.connect(to: address) }
            return bootstrap.connect(to: address).assumeIsolated().flatMapError { _ in
                self.address = nil
                return self.lookUp(host, port, bootstrap)
            }.nonisolated()
        case (.host(let host, let port), nil):
            return lookUp(host, port, bootstrap)
        }
    }

    private func lookUp(_ host: String, _ port: Int, _ bootstrap: ClientBootstrap) -> EventLoopFuture<any Channel> {
        bootstrap.connect(host: host, port: port).assumeIsolated().map { channel in
            self.address = channel.remoteAddress
            return channel
        }.nonisolated()
    }
}
