import Foundation
import ServiceLifecycle
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonHTTPServices
import SymbolonStorage

/// Says loudly, at every node of an authority, what was asked for an emergency, what is in force, and that it has ended.
struct EmergencyWatch: Service {
    /// 1 s: it is for people.
    private static let interval: Duration = .seconds(1)

    let store: AuthorityDatabase
    let report: EndReport
    let registry: MetricsRegistry

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var known: [Int64: Emergency.State] = [:]
            while !Task.isCancelled {
                // What cannot be read now is read by the next look; that it cannot be is told by the watch of the store.
                if let found = try? await store.emergencies(limit: 4 * EmergencyPermission.mostAtOnce) {
                    known = tell(found, after: known, at: Date())
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    private func tell(
        _ found: [Emergency], after known: [Int64: Emergency.State], at now: Date
    ) -> [Int64: Emergency.State] {
        var next: [Int64: Emergency.State] = [:]
        for one in found.reversed() {
            let state = one.state(at: now)
            next[one.number] = state
            guard state != known[one.number] else { continue }
            switch (state, known[one.number]) {
            case (.asked, _): report.tell(.emergency(.asked, one.shown))
            case (.inForce, _): report.tell(.emergency(.began, one.shown))
            case (_, .inForce?), (_, .asked?): report.tell(.emergency(.ended, one.shown))
            default: break
            }
        }
        registry.gauge("symbolon_emergencies", is: Double(next.values.count { $0 == .inForce }))
        return next
    }
}

extension Emergency {
    /// As ends tell it.
    fileprivate var shown: EmergencyNotice {
        EmergencyNotice(
            number: number, peers: wish.subjects, services: wish.services, reason: wish.reason, until: approval?.until,
            askedBy: wish.by.actor, approvedBy: approval?.by.actor)
    }
}
