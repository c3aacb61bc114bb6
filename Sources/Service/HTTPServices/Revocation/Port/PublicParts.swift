internal import Foundation
internal import Synchronization

/// What all connections of the public port share.
final class PublicParts: Sendable {
    let ledger: PeerLedger
    let limits: ServerLimits
    let date: DateField
    private let routes: [any PublicRoute]
    private let seats = Atomic(0)

    init(_ routes: [any PublicRoute], limits: ServerLimits, clock: @escaping @Sendable () -> Date) {
        self.routes = routes
        self.limits = limits
        ledger = PeerLedger(limits)
        date = DateField(clock)
    }

    /// Within the peer's limits. A request that is answered later is under way until then.
    func serve(_ request: PublicRequest, from key: PeerKey) -> PublicAnswer {
        switch ledger.begin(key) {
        case .admitted: break
        case .tooOften(let seconds): return .now(.tooOften(retryAfter: seconds))
        case .tooManyAtOnce: return .now(.tooManyAtOnce)
        }
        switch answer(request) {
        case .now(let response):
            ledger.end(key)
            return .now(response)
        case .later(let find):
            return .later { [ledger] in
                let response = await find()
                ledger.end(key)
                return response
            }
        }
    }

    private func answer(_ request: PublicRequest) -> PublicAnswer {
        for route in routes {
            if let answer = route.answer(request) { return answer }
        }
        return .now(.notFound)
    }

    /// There is no seat left.
    var isFull: Bool { seats.load(ordering: .relaxed) >= limits.connections }

    /// The place of one connection that lasts, given back when nobody holds it any more.
    final class Seat: Sendable {
        let key: PeerKey
        private let parts: PublicParts

        /// - Parameter key: counted by the ledger already.
        init(_ parts: PublicParts, _ key: PeerKey) {
            (self.parts, self.key) = (parts, key)
            parts.seats.add(1, ordering: .relaxed)
        }

        deinit {
            parts.seats.subtract(1, ordering: .relaxed)
            parts.ledger.disconnect(key)
        }
    }
}
