internal import Glibc
package import NIOCore

/// A listening socket on one loop. What it accepts goes to its owner, one client a turn.
///
/// One for all loops: their limits are equal shares, so the clients have to be dealt out evenly; and none that the kernel has
/// accepted is lost with a socket of its own when a loop or the process goes.
package final class StreamListener: Watched {
    private let descriptor: Descriptor
    private let loop: StreamLoop
    private var key: UInt64?
    private var accepted: ((ConnectedSocket) -> Void)?
    private var failed: ((CInt) -> Void)?
    /// A client whose descriptor is of the reserve: it waits until there is another.
    private var waiting: (Descriptor, SocketAddress?)?

    private init(_ descriptor: Descriptor, on loop: StreamLoop) {
        self.descriptor = descriptor
        self.loop = loop
    }

    /// Begins to accept. On the loop.
    /// - Parameters:
    ///   - number: of a socket that listens and does not block; nobody else's to close.
    ///   - failed: hears the error's number when a client could not be accepted, or has to wait: it rests the listener then.
    package static func start(
        adopting number: CInt, on loop: StreamLoop, accepted: @escaping (ConnectedSocket) -> Void,
        failed: @escaping (CInt) -> Void
    ) throws(StreamFailure) -> StreamListener {
        let listener = StreamListener(Descriptor(number), on: loop)
        listener.accepted = accepted
        listener.failed = failed
        // Accepted sockets have it from here.
        SystemSocket.sendsAtOnce(number)
        listener.key = loop.watch(number, for: [.input], listener)
        guard listener.key != nil else { throw .system(ENOSPC) }
        return listener
    }

    /// Accepts nobody for a while; clients wait in the kernel's queue.
    package func rest(for pause: TimeAmount) {
        guard let key, loop.watch(key, for: []) else { return }
        loop.setAlarm(key, in: pause)
    }

    package func close() {
        if let key { loop.unwatch(key) }
        key = nil
        // The kernel holds it accepted: no successor would get it.
        if let (client, address) = waiting { accepted?(ConnectedSocket(client, from: address)) }
        waiting = nil
        accepted = nil
        failed = nil
    }

    func ready(_ readiness: Readiness) {
        switch SystemSocket.accept(from: descriptor.number) {
        case .success(let (client, address)): take(client, from: address)
        case .failure(.system(EAGAIN)), .failure(.system(EINTR)): break
        case .failure(.system(let code)): failed?(code)
        case .failure: break
        }
    }

    func rang() {
        guard let key else { return }
        _ = loop.watch(key, for: [.input])
        if let (client, address) = waiting { take(client, from: address) }
    }

    private func take(_ client: Descriptor, from address: SocketAddress?) {
        guard let seated = client.movedOut(of: .services) else {
            waiting = (client, address)
            failed?(EMFILE)
            return
        }
        waiting = nil
        accepted?(ConnectedSocket(seated, from: address))
    }

    func loopEnds() {
        waiting = nil
        close()
    }
}
