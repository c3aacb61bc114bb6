import Synchronization

/// Authorizations whose look is to be taken now, for the task that takes them. Bounded: what does not fit is found in the
/// store when it is due again.
final class ValidationQueue: Sendable {
    /// 1024: each is a few hundred octets.
    static let longest = 1024
    /// Looks at the same time: each is a connection and a few kilobytes for some seconds.
    static let concurrent = 64

    let waiting: AsyncStream<ACMEAuthorization>
    private let continuation: AsyncStream<ACMEAuthorization>.Continuation

    init() {
        (waiting, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.longest))
    }

    func add(_ authorization: ACMEAuthorization) { continuation.yield(authorization) }
}
