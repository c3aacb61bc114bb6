internal import NIOCore
internal import SymbolonTransport

/// At a service: accept, prove the client, and only then connect the backend.
extension Connection {
    /// Puts TLS and this connection's leg on the accepted channel.
    func protect(_ channel: any Channel) throws {
        let tls = TLSHandler(context: share.trust.context, serverName: nil) { self.verify($0) }
        try channel.pipeline.syncOperations.addHandlers([tls, front])
    }

    /// The client is proved and permitted.
    func connectBackend() {
        share.target.connect(on: share.loop).assumeIsolated().whenComplete { result in
            self.open(result) { leg, channel in
                if let header = self.backendHeader { channel.writeAndFlush(ByteBuffer(bytes: header), promise: nil) }
                try channel.pipeline.syncOperations.addHandler(leg)
            }
        }
    }

    private var backendHeader: [UInt8]? {
        guard share.plan.backendHeader == .proxyV2, let facts else { return nil }
        return ProxyHeader(facts: facts, source: front.remoteAddress, destination: front.localAddress).bytes
    }
}
