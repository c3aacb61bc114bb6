internal import Foundation
internal import Synchronization

/// The live connections of one server, and the trust that new ones are judged by.
final class ConnectionRegister: Sendable {
    private struct State {
        var trust: PreparedServerTrust
        var live: [ObjectIdentifier: PeerConnection] = [:]
    }

    private let state: Mutex<State>
    private let clock: @Sendable () -> Date

    init(_ trust: PreparedServerTrust, clock: @escaping @Sendable () -> Date) {
        state = Mutex(State(trust: trust))
        self.clock = clock
    }

    var now: Date { clock() }
    var trust: PreparedServerTrust { state.withLock { $0.trust } }
    var count: Int { state.withLock { $0.live.count } }

    /// Takes a connection in; false when what it proved has stopped to hold while it shook hands.
    func admit(_ connection: PeerConnection) -> Bool {
        let now = now
        return state.withLock { state in
            guard state.trust.stillHolds(connection.proof, at: now) else { return false }
            state.live[ObjectIdentifier(connection)] = connection
            return true
        }
    }

    func leave(_ connection: PeerConnection) {
        state.withLock { _ = $0.live.removeValue(forKey: ObjectIdentifier(connection)) }
    }

    /// Puts other trust in force. Gives back, and cuts, the connections that it ends.
    func adopt(_ next: PreparedServerTrust) -> [PeerConnection] {
        state.withLock { $0.trust = next }
        return cutWhatIsOver()
    }

    /// A proof ends when its certificates do, or when one of them is revoked.
    func cutWhatIsOver() -> [PeerConnection] {
        let now = now
        let over = state.withLock { state in
            state.live.values.filter { !state.trust.stillHolds($0.proof, at: now) }
        }
        for connection in over { connection.cut() }
        return over
    }
}
