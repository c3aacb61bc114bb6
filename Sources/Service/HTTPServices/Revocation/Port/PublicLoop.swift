internal import NIOCore

/// The connections of the public port on one event loop, and what ends those that are over time.
final class PublicLoop {
    let eventLoop: any EventLoop
    private var connections: [ObjectIdentifier: PublicConnection] = [:]
    private var sweep: RepeatedTask?
    private var ended: EventLoopPromise<Void>?

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    /// No request is begun any more.
    var isEnding: Bool { ended != nil }

    func begin() {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        // Twice a second: deadlines are of seconds.
        sweep = eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(500), delay: .milliseconds(500)) { _ in
            let now = NIODeadline.now()
            for connection in Array(bound.value.connections.values) { connection.endIfOver(at: now) }
        }
    }

    /// Succeeds when the last of its connections has ended, each after the answer that it waits for.
    func end() -> EventLoopFuture<Void> {
        let ended = ended ?? eventLoop.makePromise(of: Void.self)
        self.ended = ended
        for connection in Array(connections.values) { connection.end() }
        endIfLast()
        return ended.futureResult
    }

    func add(_ connection: PublicConnection) {
        connections[ObjectIdentifier(connection)] = connection
        if isEnding { connection.end() }
    }

    func remove(_ connection: PublicConnection) {
        connections[ObjectIdentifier(connection)] = nil
        endIfLast()
    }

    private func endIfLast() {
        guard let ended, connections.isEmpty else { return }
        sweep?.cancel()
        ended.succeed()
    }
}
