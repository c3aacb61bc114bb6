/// What an end has done since it started. Exact at the moment each event loop was asked.
public struct Counters: Equatable, Sendable, Encodable {
    /// Connections that reached a permitted, proved peer.
    public internal(set) var accepted: UInt64 = 0
    /// Connections refused before that, by reason (`RefusalFacts.reason`; the reasons are a fixed set).
    public internal(set) var refused: [String: UInt64] = [:]
    /// Accepted and not yet closed.
    public internal(set) var live: UInt64 = 0
    public internal(set) var handshakesInProgress: UInt64 = 0
    /// Connections whose peer was proved and whose backend, or whose service, could not be reached.
    public internal(set) var backendFailures: UInt64 = 0
    /// From clients towards the service, in bytes of application data.
    public internal(set) var bytesUp: UInt64 = 0
    /// From the service towards clients, in bytes of application data.
    public internal(set) var bytesDown: UInt64 = 0
    /// Bytes written to either leg of a connection whose peer was not proved. It stays 0; counted at the write.
    public internal(set) var backendBytesBeforeProof: UInt64 = 0
    /// Times that accepting rested because descriptors had run out.
    public internal(set) var acceptPauses: UInt64 = 0

    init() {}

    public var refusedInTotal: UInt64 { refused.values.reduce(0, +) }

    static func + (left: Counters, right: Counters) -> Counters {
        var sum = left
        sum.accepted += right.accepted
        sum.refused.merge(right.refused, uniquingKeysWith: +)
        sum.live += right.live
        sum.handshakesInProgress += right.handshakesInProgress
        sum.backendFailures += right.backendFailures
        sum.bytesUp += right.bytesUp
        sum.bytesDown += right.bytesDown
        sum.backendBytesBeforeProof += right.backendBytesBeforeProof
        sum.acceptPauses += right.acceptPauses
        return sum
    }
}
