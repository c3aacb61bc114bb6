/// The handshakes under way on one event loop, in order of arrival, and which of them must give way to a newcomer.
///
/// Turning the newcomer away would let a few silent strangers close the door for everybody; the oldest unfinished
/// handshake is almost surely one of theirs.
struct HandshakeQueue {
    private struct Arrivals {
        /// In order of arrival; those finished since are skipped when their turn comes.
        var ids: ArraySlice<UInt64> = []
        var live = 0
    }

    private var peers: [UInt64: PeerAddress] = [:]
    private var all = Arrivals()
    private var byPeer: [PeerAddress: Arrivals] = [:]
    private let limit: Int
    private let limitPerAddress: Int

    /// - Parameters: both at least 1; less is taken as 1.
    init(limit: Int, limitPerAddress: Int) {
        self.limit = max(1, limit)
        self.limitPerAddress = max(1, limitPerAddress)
    }

    var count: Int { peers.count }

    /// Admits a newcomer. Returns who must give way for it, already removed here.
    mutating func arrive(_ id: UInt64, from peer: PeerAddress) -> UInt64? {
        var evicted: UInt64?
        if byPeer[peer, default: Arrivals()].live >= limitPerAddress {
            evicted = Self.oldest(of: &byPeer[peer, default: Arrivals()], in: peers)
        } else if peers.count >= limit {
            evicted = Self.oldest(of: &all, in: peers)
        }
        if let evicted { leave(evicted) }
        peers[id] = peer
        Self.append(id, to: &all, in: peers)
        Self.append(id, to: &byPeer[peer, default: Arrivals()], in: peers)
        return evicted
    }

    /// The handshake ended, one way or the other. Unknown ids are ignored.
    mutating func leave(_ id: UInt64) {
        guard let peer = peers.removeValue(forKey: id) else { return }
        all.live -= 1
        byPeer[peer]?.live -= 1
        if byPeer[peer]?.live == 0 { byPeer[peer] = nil }
        if all.live == 0 { all = Arrivals() }
    }

    private static func oldest(of arrivals: inout Arrivals, in peers: [UInt64: PeerAddress]) -> UInt64? {
        while let first = arrivals.ids.first {
            if peers[first] != nil { return first }
            arrivals.ids.removeFirst()
        }
        return nil
    }

    /// Finished ones are dropped whenever they outnumber the live: amortised, one step an arrival.
    private static func append(_ id: UInt64, to arrivals: inout Arrivals, in peers: [UInt64: PeerAddress]) {
        if arrivals.ids.count > 2 * arrivals.live + 16 {
            arrivals.ids = ArraySlice(arrivals.ids.filter { peers[$0] != nil })
        }
        arrivals.ids.append(id)
        arrivals.live += 1
    }
}
