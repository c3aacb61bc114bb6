import Foundation
import SymbolonProxy
import Synchronization

/// The last records of connections of a process, for `symbolon why`: let in, refused, ended, or with nobody to connect to; and of
/// requests that were refused, or made for a person.
final class RecentEvents: Sendable {
    /// 512: some minutes of a quiet end, and a few megabytes at most, for each holds its peer's path.
    private static let most = 512

    private struct Ring {
        var events: [(EndEvent, at: Date)] = []
        var next = 0
    }

    private let ring = Mutex(Ring())

    func add(_ event: EndEvent, at moment: Date) {
        guard event.isOfConnection else { return }
        ring.withLock { ring in
            if ring.events.count < Self.most {
                ring.events.append((event, moment))
            } else {
                ring.events[ring.next] = (event, moment)
                ring.next = (ring.next + 1) % Self.most
            }
        }
    }

    /// Oldest first, as the end writes them.
    func lines() -> [String] {
        let (events, next) = ring.withLock { ($0.events, $0.next) }
        return (events[next...] + events[..<next]).map { JSONLine.text(members: TimedEvent($0, at: $1)) }
    }
}

extension EndEvent {
    fileprivate var isOfConnection: Bool {
        switch self {
        case .accepted, .refused, .backendFailed, .closed: true
        // Of those that are served for the peer itself, a log has room.
        case .request(let facts): facts.isRefused || facts.actingFor != nil
        default: false
        }
    }
}
