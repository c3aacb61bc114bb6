internal import Foundation

/// What all connections of the public port share.
final class PublicParts: Sendable {
    let ledger: PeerLedger
    let limits: ServerLimits
    let date: DateField
    private let routes: [any PublicRoute]

    init(_ routes: [any PublicRoute], limits: ServerLimits, clock: @escaping @Sendable () -> Date) {
        self.routes = routes
        self.limits = limits
        ledger = PeerLedger(limits)
        date = DateField(clock)
    }

    func answer(_ request: PublicRequest) -> PublicAnswer {
        for route in routes {
            if let answer = route.answer(request) { return answer }
        }
        return .now(.notFound)
    }
}
