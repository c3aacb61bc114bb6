internal import SymbolonTransport

/// At a door: accept the local client, connect the service, and read from neither before the service is proved.
extension StreamConnection {
    /// Takes the accepted socket, which is not read, and connects the service.
    func reach(_ socket: ConnectedSocket) {
        front.take(socket, on: loop, tls: nil)
        target.connect { result in
            let tls = Stream.TLS(context: self.share.trust.context, serverName: self.share.plan.serverName) {
                self.verify($0)
            }
            self.open(result, tls: tls) { _ in }
        }
    }
}
