internal import NIOCore
internal import SymbolonTransport

/// At a door: accept the local client, connect the service, and read from neither before the service is proved.
extension Connection {
    /// Puts this connection's leg on the accepted channel, which holds its reads, and connects the service.
    func reach(_ channel: any Channel) throws {
        try channel.pipeline.syncOperations.addHandler(front)
        share.target.connect(on: share.loop).assumeIsolated().whenComplete { result in
            self.open(result) { leg, channel in
                let serverName = self.share.plan.serverName
                let tls = TLSHandler(context: self.share.trust.context, serverName: serverName) { self.verify($0) }
                try channel.pipeline.syncOperations.addHandlers([tls, leg])
            }
        }
    }
}
