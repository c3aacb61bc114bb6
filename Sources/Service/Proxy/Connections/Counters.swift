/// What an end has done since it started. Exact at the moment each event loop was asked.
public struct Counters: Equatable, Sendable {
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
    /// Of the live ones, by the rule that lets them live on.
    public internal(set) var liveByRule: [String: UInt64] = [:]
    /// Requests that have been answered, by the class of the status: `2xx`. Those that were switched to WebSocket are `1xx`.
    public internal(set) var requests: [String: UInt64] = [:]
    /// Of them, those that this end answered itself, by reason (a fixed set of words).
    public internal(set) var requestsRefused: [String: UInt64] = [:]
    /// Requests, and WebSockets, that are under way.
    public internal(set) var requestsInProgress: UInt64 = 0
    /// How long judging a presented peer took, the handshake's signatures apart.
    public internal(set) var verification = DurationCounts()

    init() {}

    /// Those of the refused whose handshake was begun with them, by reason.
    public var refusedInHandshake: [String: UInt64] {
        let others = [RefusalCause.gaveWay.reason, RefusalCause.tooMany, RefusalCause.overload]
        return refused.filter { !others.contains($0.key) }
    }

    /// For want of room, by what there was too little of.
    public var limited: [String: UInt64] {
        [
            "connections": refused[RefusalCause.tooMany] ?? 0, "handshakes": refused[RefusalCause.gaveWay.reason] ?? 0,
            "descriptors": acceptPauses, "time": refused[RefusalCause.overload] ?? 0,
        ]
    }

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
        sum.liveByRule.merge(right.liveByRule, uniquingKeysWith: +)
        sum.requests.merge(right.requests, uniquingKeysWith: +)
        sum.requestsRefused.merge(right.requestsRefused, uniquingKeysWith: +)
        sum.requestsInProgress += right.requestsInProgress
        sum.verification = sum.verification + right.verification
        return sum
    }
}

extension Counters: Encodable {
    /// Without what only a page of metrics has room for.
    private enum CodingKeys: String, CodingKey {
        case accepted, refused, live, handshakesInProgress, backendFailures, bytesUp, bytesDown
        case backendBytesBeforeProof, acceptPauses
    }
}
