internal import SymbolonVerification

/// The requests under way on one event loop.
final class RequestLedger {
    private let limit: Int
    private let limitPerPeer: Int
    private var byPeer: [PeerIdentity: Int] = [:]
    private(set) var count = 0

    init(limit: Int, limitPerPeer: Int) {
        self.limit = limit
        self.limitPerPeer = limitPerPeer
    }

    func begin(_ peer: PeerIdentity) throws(RequestFault) {
        guard count < limit else { throw .tooManyRequests(ofPeer: false) }
        let own = byPeer[peer] ?? 0
        guard own < limitPerPeer else { throw .tooManyRequests(ofPeer: true) }
        byPeer[peer] = own + 1
        count += 1
    }

    func end(_ peer: PeerIdentity) {
        guard let own = byPeer[peer] else { return }
        byPeer[peer] = own > 1 ? own - 1 : nil
        count -= 1
    }
}
