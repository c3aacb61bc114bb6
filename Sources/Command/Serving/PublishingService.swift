import Foundation
import ServiceLifecycle
import SymbolonAuthority
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonStorage

/// Keeps the published lists and filters as they should be: anew within a second of each revocation, and long before they
/// lapse. Those of every issuing authority of which a certificate lives, and of every root whose key is at hand.
actor PublishingService {
    private struct Publishers {
        let lists: ListPublisher
        let filters: FilterPublisher
    }

    private let authority: LocalAuthority
    private let store: AuthorityDatabase
    private let schedule = ListSchedule()
    private let observer: any ServerObserver
    private var standings: PublicationStandings
    /// By issuing key.
    private var publishers: [KeyFingerprint: Publishers] = [:]
    /// Whose key is not here, as far as somebody was told.
    private var withoutKey: Set<KeyFingerprint> = []
    private var changeCounter: UInt64?

    /// How long after the last certificate of an issuing authority has ended its lists go on: each entry is on one more list
    /// after the end (RFC 5280 §3.3), and clocks differ.
    private static let afterLast: TimeInterval = 2 * 86_400

    init(_ authority: LocalAuthority, observer: any ServerObserver) {
        self.authority = authority
        store = authority.store
        self.observer = observer
        standings = PublicationStandings(observer)
    }

    /// Something was not made for so long that somebody must look.
    var faults: [String] { standings.faults }

    /// - Parameter count: how many ticks there were: every twentieth looks at what is due by the clock.
    private func tick(_ count: Int) async {
        let isByClock = count.isMultiple(of: 20)
        do throws(ListPublicationFailure) {
            let counter = try await counter()
            if counter != changeCounter || standings.isFailing(.lists) || isByClock {
                try await gatherPublishers()
                for one in publishers.values {
                    standings.measures.published(.lists, try await one.lists.publishWhatIsDue().count)
                }
                changeCounter = counter
            }
            standings.note(.lists, failure: nil)
        } catch {
            standings.note(.lists, failure: error.explanation)
        }
        if !standings.isFailing(.filters) || isByClock { await makeFilters() }
        if isByClock {
            await makeRootLists()
            await look()
        }
    }

    /// One for each issuing authority that is believed, or of which a certificate may live.
    private func gatherPublishers() async throws(ListPublicationFailure) {
        let end = Date() - Self.afterLast
        var next: [KeyFingerprint: Publishers] = [:]
        do throws(StoreFailure) {
            for issuer in try await store.issuers() where issuer.role == .issuing {
                if !issuer.isBelieved {
                    let query = CertificateQuery(issuer: issuer.key, validAt: end)
                    guard try await store.certificateCount(matching: query) > 0 else { continue }
                }
                guard let known = publishers[issuer.key] else {
                    if let made = try await publishers(of: issuer) { next[issuer.key] = made }
                    continue
                }
                next[issuer.key] = known
            }
        } catch {
            throw .store(error)
        }
        publishers = next
    }

    private func publishers(of issuer: Issuer) async throws(StoreFailure) -> Publishers? {
        // One that another process prepared is not among those that this one knows.
        _ = try? await authority.issuing.refreshIssuers()
        do throws(KeysUnavailable) {
            guard let signing = try await authority.issuing.signingIssuer(issuer.key) else {
                throw KeysUnavailable(
                    "the key of issuing authority \(issuer.name) is not here, and its lists are not made")
            }
            return Publishers(
                lists: ListPublisher(authority.issuing, of: signing, store: store, schedule: schedule),
                filters: FilterPublisher(authority.issuing, of: signing, store: store))
        } catch {
            // Its lists may be made by another node, which has the key; `look` says when they are late.
            if withoutKey.insert(issuer.key).inserted {
                observer.server(.publicationFailed(.lists, because: error.explanation))
            }
            return nil
        }
    }

    /// Looked at as often as the lists: an update waits for others when there are many certificates.
    private func makeFilters() async {
        guard let changeCounter else { return }
        do throws(FilterPublicationFailure) {
            for one in publishers.values {
                guard let published = try await one.filters.publishWhatIsDue(changedAt: changeCounter) else { continue }
                standings.measures.published(.filters, 1)
                standings.measures.filter(octets: published.size)
            }
            standings.note(.filters, failure: nil)
        } catch {
            standings.note(.filters, failure: error.explanation)
        }
    }

    /// Where a root's key lies here; elsewhere the list that was made ahead has to last until it is brought.
    private func makeRootLists() async {
        let publisher = RootListPublisher(authority.issuing, store: store)
        let keys = HomeIssuerKeys(home: authority.home, passphrase: authority.passphrase)
        var late = 0
        do throws(ListPublicationFailure) {
            for (root, standing) in try await rootStandings(publisher) {
                if case .good = standing { continue }
                if let signer = try? await keys.signer(.root, root.key),
                    let signing = SigningIssuer(root.certificate, signer: signer)
                {
                    if try await publisher.publish(signing, actor: "authority") != nil {
                        standings.measures.published(.rootLists, 1)
                    }
                } else if case .late = standing {
                    late += 1
                }
            }
            standings.note(.rootLists, failure: nil)
        } catch {
            standings.note(.rootLists, failure: error.explanation)
        }
        standings.note(.rootLists, late: late, of: 1)
    }

    private func rootStandings(
        _ publisher: RootListPublisher
    ) async throws(ListPublicationFailure) -> [(root: Issuer, standing: RootListPublisher.Standing)] {
        do {
            return try await publisher.standings()
        } catch {
            throw .store(error)
        }
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
        var lists: [ListStanding] = []
        var filters: [FilterStanding] = []
        for one in publishers.values {
            guard let ofLists = try? await one.lists.standings(), let ofFilters = try? await one.filters.standings()
            else { return }
            lists += ofLists
            filters += ofFilters
        }
        for kind in ListStanding.Kind.allCases {
            guard let end = lists.filter({ $0.kind == kind }).map(\.nextUpdate).min() else { continue }
            standings.measures.left(end.timeIntervalSince(now), ofList: kind.rawValue)
        }
        standings.note(.lists, late: lists.count { schedule.isLate($0, at: now) }, of: lists.count)
        let filterSchedule = FilterSchedule()
        standings.note(.filters, late: filters.count { filterSchedule.isLate($0, at: now) }, of: filters.count)
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
