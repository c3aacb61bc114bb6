internal import Foundation
internal import NIOCore
public import SymbolonAuthority
public import SymbolonKeys

/// The published lists by their paths, as they are sent: read from the store once for each number.
///
/// Another node may publish, so the numbers are looked at again when they are a second old.
public actor ListCatalog {
    private struct Series: Hashable {
        let scope: ListScope
        let kind: ListStanding.Kind
    }

    private let store: any RevocationListStore
    private let issuerKey: KeyFingerprint
    /// Every list that there can be, by its path.
    private let paths: [String: Series]
    private var standings: [Series: ListStanding] = [:]
    private var files: [Series: PublishedFile] = [:]
    private var lookedAt: ContinuousClock.Instant?

    public init(_ store: any RevocationListStore, issuerKey: KeyFingerprint) {
        self.store = store
        self.issuerKey = issuerKey
        var paths: [String: Series] = [:]
        for scope in ListScope.all {
            for kind in ListStanding.Kind.allCases {
                paths[ListPath.path(of: issuerKey, scope, kind)] = Series(scope: scope, kind: kind)
            }
        }
        self.paths = paths
    }

    /// Nil: there is no such list.
    func list(at path: String) async throws(StoreFailure) -> PublishedFile? {
        guard let series = paths[path] else { return nil }
        try await look()
        guard let standing = standings[series] else { return nil }
        if let known = files[series], known.number >= standing.number { return known }
        guard let list = try await store.list(of: issuerKey, series.scope, series.kind) else { return nil }
        // Somebody else may have read a later one meanwhile.
        if let known = files[series], known.number >= list.standing.number { return known }
        let file = PublishedFile(list)
        files[series] = file
        return file
    }

    private func look() async throws(StoreFailure) {
        let now = ContinuousClock.now
        if let lookedAt, now - lookedAt < .seconds(1) { return }
        lookedAt = now
        for standing in try await store.listStandings(of: issuerKey) {
            standings[Series(scope: standing.scope, kind: standing.kind)] = standing
        }
    }
}

extension PublishedFile {
    /// RFC 2585 §4.2.
    fileprivate init(_ list: PublishedList) {
        self.init(
            body: ByteBuffer(bytes: list.der), contentType: "application/pkix-crl", number: list.standing.number,
            thisUpdate: list.standing.thisUpdate, nextUpdate: list.standing.nextUpdate)
    }
}
