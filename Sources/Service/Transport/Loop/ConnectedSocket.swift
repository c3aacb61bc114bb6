package import NIOCore

/// A connected socket that is nobody's stream yet: accepted, or dialled.
package final class ConnectedSocket: Sendable {
    let descriptor: Descriptor
    package let remoteAddress: SocketAddress?
    /// By which its loop knows it already.
    let key: UInt64?
    /// What that loop was told of it already, and is not told again.
    let readiness: Readiness

    init(
        _ descriptor: Descriptor, from remoteAddress: SocketAddress?, key: UInt64? = nil, readiness: Readiness = []
    ) {
        self.descriptor = descriptor
        self.remoteAddress = remoteAddress
        self.key = key
        self.readiness = readiness
    }

    /// How long nothing has come from it: since its last octet or, before any, since it was connected. Of an accepted socket that
    /// nobody has read yet, how long it has waited. Nil: the system does not say, as of a Unix domain socket.
    package var silence: TimeAmount? { SystemSocket.silence(of: descriptor.number) }

    /// Nobody wants it: it is closed with its last reference. On its loop, if it has one.
    package func drop(from loop: StreamLoop) { if let key { loop.forget(key) } }
}
