import Foundation
import ServiceLifecycle
import SymbolonAuthority
import SymbolonHTTPServices
import SymbolonStorage

/// Keeps the published lists and filters as they should be: anew within a second of each revocation, and long before they
/// lapse.
actor PublishingService {
    private let publisher: ListPublisher
    private let filters: FilterPublisher
    private let store: AuthorityDatabase
    private let schedule: ListSchedule
    private let observer: any ServerObserver
    private let measures = PublicationMeasures()
    private var changeCounter: UInt64?
    /// Why nothing new is published, as far as somebody was told.
    private var told: [PublicationKind: String] = [:]
    private var late: Set<PublicationKind> = []

    init(_ authority: LocalAuthority, observer: any ServerObserver) {
        schedule = ListSchedule()
        publisher = ListPublisher(authority.issuing, store: authority.store, schedule: schedule)
        filters = FilterPublisher(authority.issuing, store: authority.store)
        store = authority.store
        self.observer = observer
    }

    /// Something was not made for so long that somebody must look.
    var faults: [String] { PublicationKind.allCases.filter(late.contains).map { "\($0.rawValue)Late" } }

    /// - Parameter count: how many ticks there were: every twentieth looks at what is due by the clock.
    private func tick(_ count: Int) async {
        let isByClock = count.isMultiple(of: 20)
        do throws(ListPublicationFailure) {
            let counter = try await counter()
            if counter != changeCounter || told[.lists] != nil || isByClock {
                measures.published(.lists, try await publisher.publishWhatIsDue().count)
                changeCounter = counter
            }
            note(.lists, failure: nil)
        } catch {
            note(.lists, failure: error.explanation)
        }
        if told[.filters] == nil || isByClock { await makeFilter() }
        if isByClock { await look() }
    }

    /// Looked at as often as the lists: an update waits for others when there are many certificates.
    private func makeFilter() async {
        guard let changeCounter else { return }
        do throws(FilterPublicationFailure) {
            if let published = try await filters.publishWhatIsDue(changedAt: changeCounter) {
                measures.published(.filters, 1)
                measures.filter(octets: published.size)
            }
            note(.filters, failure: nil)
        } catch {
            note(.filters, failure: error.explanation)
        }
    }

    /// Tells of a failure when it is another one than before, and once that it is over.
    private func note(_ kind: PublicationKind, failure: String?) {
        if let failure {
            measures.failed(kind)
            if failure != told[kind] { observer.server(.publicationFailed(kind, because: failure)) }
        } else if told[kind] != nil {
            observer.server(.publicationResumed(kind))
        }
        told[kind] = failure
    }

    private func counter() async throws(ListPublicationFailure) -> UInt64 {
        do {
            return try await store.changeCounter()
        } catch {
            throw .store(error)
        }
    }

    /// How long what is published still holds.
    private func look() async {
        let now = Date()
        if let standings = try? await publisher.standings() {
            for kind in ListStanding.Kind.allCases {
                guard let end = standings.filter({ $0.kind == kind }).map(\.nextUpdate).min() else { continue }
                measures.left(end.timeIntervalSince(now), ofList: kind.rawValue)
            }
            note(.lists, late: standings.count { schedule.isLate($0, at: now) }, of: standings.count)
        }
        if let standings = try? await filters.standings() {
            let schedule = FilterSchedule()
            note(.filters, late: standings.count { schedule.isLate($0, at: now) }, of: standings.count)
        }
    }

    private func note(_ kind: PublicationKind, late count: Int, of all: Int) {
        measures.late(kind, count)
        if count > 0 || all == 0 { late.insert(kind) } else { late.remove(kind) }
    }
}

extension PublishingService: Service {
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var count = 0
            while !Task.isCancelled {
                await self.tick(count)
                count += 1
                // A revocation is on a list within a second.
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }
}
