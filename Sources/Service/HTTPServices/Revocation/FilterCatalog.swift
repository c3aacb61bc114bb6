internal import Foundation
internal import NIOCore
public import SymbolonAuthority
public import SymbolonKeys

/// The published filters by their paths, as they are sent: read from the store once for each number.
///
/// Another node may publish, so the numbers are looked at again when they are a second old.
public actor FilterCatalog {
    private let store: any RevocationFilterStore
    private let issuerKey: KeyFingerprint
    private let paths: [String: FilterStanding.Kind]
    private var numbers: [FilterStanding.Kind: Int64] = [:]
    private var files: [FilterStanding.Kind: PublishedFile] = [:]
    private var lookedAt: ContinuousClock.Instant?

    public init(_ store: any RevocationFilterStore, issuerKey: KeyFingerprint) {
        self.store = store
        self.issuerKey = issuerKey
        paths = Dictionary(
            FilterStanding.Kind.allCases.map { (FilterPath.path(of: issuerKey, $0), $0) }, uniquingKeysWith: { $1 })
    }

    /// Nil: there is no such filter.
    func filter(at path: String) async throws(StoreFailure) -> PublishedFile? {
        guard let kind = paths[path] else { return nil }
        try await look()
        guard let number = numbers[kind] else { return nil }
        if let known = files[kind], known.number >= number { return known }
        guard let filter = try await store.filter(of: issuerKey, kind) else { return nil }
        // Somebody else may have read a later one meanwhile.
        if let known = files[kind], known.number >= filter.standing.number { return known }
        let file = PublishedFile(filter)
        files[kind] = file
        return file
    }

    private func look() async throws(StoreFailure) {
        let now = ContinuousClock.now
        if let lookedAt, now - lookedAt < .seconds(1) { return }
        lookedAt = now
        for standing in try await store.filterStandings(of: issuerKey) { numbers[standing.kind] = standing.number }
    }
}

extension PublishedFile {
    fileprivate init(_ filter: PublishedFilter) {
        self.init(
            body: ByteBuffer(bytes: filter.der), contentType: "application/octet-stream",
            number: filter.standing.number, thisUpdate: filter.standing.thisUpdate,
            nextUpdate: filter.standing.nextUpdate)
    }
}
