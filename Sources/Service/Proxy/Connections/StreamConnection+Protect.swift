internal import NIOCore
internal import SymbolonTransport

/// At a service: accept, prove the client, and only then connect the backend.
extension StreamConnection {
    /// Takes the accepted socket, with TLS in it.
    func protect(_ socket: ConnectedSocket) {
        let tls = Stream.TLS(context: share.trust.context, serverName: nil) { self.verify($0) }
        front.take(socket, on: loop, tls: tls)
    }

    /// The client is proved and permitted.
    func connectBackend() {
        target.connect { result in
            self.open(result, tls: nil) { leg in
                if let header = self.backendHeader { leg.write(ByteBuffer(bytes: header)) }
            }
        }
    }

    private var backendHeader: [UInt8]? {
        guard share.plan.backendHeader == .proxyV2, let facts else { return nil }
        return ProxyHeader(facts: facts, source: front.remoteAddress, destination: front.localAddress).bytes
    }
}
