import Synchronization

/// Authorizations whose look is to be taken now, for the task that takes them. Bounded: what does not fit is found in the
/// store when it is due again.
final class ValidationQueue: Sendable {
    /// 1024: each is a few hundred octets.
    static let longest = 1024
    /// Looks at the same time: each is a connection and a few kilobytes for some seconds.
    static let concurrent = 64

    /// An authorization as it is stored, and the look at it that has begun already, if one has.
    struct Waiting: Sendable {
        let authorization: ACMEAuthorization
        let begun: FirstLook?
    }

    let waiting: AsyncStream<Waiting>
    private let continuation: AsyncStream<Waiting>.Continuation
    /// Looked at while the client waits for the answer to its request.
    private let awaited = Mutex<Set<ResourceID>>([])

    init() {
        (waiting, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.longest))
    }

    func add(_ authorization: ACMEAuthorization, begun: FirstLook? = nil) {
        continuation.yield(Waiting(authorization: authorization, begun: begun))
    }

    enum Entry { case entered, isAwaited, full }

    /// One request at a time waits for a look at an authorization, and not too many in all.
    func enter(_ id: ResourceID) -> Entry {
        awaited.withLock { awaited in
            guard !awaited.contains(id) else { return .isAwaited }
            guard awaited.count < Self.concurrent else { return .full }
            awaited.insert(id)
            return .entered
        }
    }

    func leave(_ id: ResourceID) { awaited.withLock { _ = $0.remove(id) } }
}
