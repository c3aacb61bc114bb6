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
    private var told: ListPublicationFailure?
    private var toldOfFilter: FilterPublicationFailure?
    private var isLate = false
    private var isFilterLate = false

    init(_ authority: LocalAuthority, observer: any ServerObserver) {
        schedule = ListSchedule()
        publisher = ListPublisher(authority.issuing, store: authority.store, schedule: schedule)
        filters = FilterPublisher(authority.issuing, store: authority.store)
        store = authority.store
        self.observer = observer
    }

    /// A list or a filter was not made for so long that somebody must look.
    var faults: [String] { (isLate ? ["listsLate"] : []) + (isFilterLate ? ["filtersLate"] : []) }

    /// - Parameter count: how many ticks there were: every twentieth looks at what is due by the clock.
    private func tick(_ count: Int) async {
        do throws(ListPublicationFailure) {
            let counter = try await counter()
            if counter != changeCounter || told != nil || count.isMultiple(of: 20) {
                let published = try await publisher.publishWhatIsDue()
                measures.published(published.count)
                changeCounter = counter
            }
            if told != nil { observer.server(.listsResumed) }
            told = nil
        } catch {
            measures.failed()
            if error != told { observer.server(.listsFailed(because: error.explanation)) }
            told = error
        }
        await makeFilter(count)
        if count.isMultiple(of: 20) { await look() }
    }

    /// Looked at as often as the lists: an update waits for others when there are many certificates.
    private func makeFilter(_ count: Int) async {
        guard let changeCounter, toldOfFilter == nil || count.isMultiple(of: 20) else { return }
        do throws(FilterPublicationFailure) {
            if let published = try await filters.publishWhatIsDue(changedAt: changeCounter) {
                measures.publishedFilter(octets: published.size)
            }
            if toldOfFilter != nil { observer.server(.filterResumed) }
            toldOfFilter = nil
        } catch {
            measures.failedFilter()
            if error != toldOfFilter { observer.server(.filterFailed(because: error.explanation)) }
            toldOfFilter = error
        }
    }

    private func counter() async throws(ListPublicationFailure) -> UInt64 {
        do {
            return try await store.changeCounter()
        } catch {
            throw .store(error)
        }
    }

    /// How long the list that ends first still holds.
    private func look() async {
        guard let standings = try? await publisher.standings() else { return }
        let now = Date()
        for kind in ListStanding.Kind.allCases {
            guard let end = standings.filter({ $0.kind == kind }).map(\.nextUpdate).min() else { continue }
            measures.left(end.timeIntervalSince(now), kind.rawValue)
        }
        let late = standings.count { schedule.isLate($0, at: now) }
        measures.late(late)
        isLate = late > 0 || standings.isEmpty
        guard let filters = try? await filters.standings() else { return }
        let filterSchedule = FilterSchedule()
        let lateFilters = filters.count { filterSchedule.isLate($0, at: now) }
        measures.lateFilters(lateFilters)
        isFilterLate = lateFilters > 0 || filters.isEmpty
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
