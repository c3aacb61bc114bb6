internal import Foundation
internal import NIOCore
public import SymbolonAuthority
public import SymbolonKeys

/// Files that are published, each by its path.
protocol PublicationSource: Sendable {
    /// The number of each file that there is.
    func numbers() async throws(StoreFailure) -> [String: Int64]
    /// Nil: there is no such file.
    func read(_ path: String) async throws(StoreFailure) -> PublishedFile?
}

/// What is published, by its path, as it is sent: read from the store once for each number.
///
/// Another node may publish, so the numbers are looked at again when they are `age` old.
public actor PublicationCatalog {
    private let source: any PublicationSource
    private let age: Duration
    private var numbers: [String: Int64] = [:]
    private var files: [String: PublishedFile] = [:]
    private var lookedAt: ContinuousClock.Instant?

    private init(_ source: any PublicationSource, age: Duration) {
        self.source = source
        self.age = age
    }

    /// The lists of one issuing authority.
    public init(lists store: any RevocationListStore, issuerKey: KeyFingerprint, age: Duration = .seconds(1)) {
        self.init(ListSource(store: store, issuerKey: issuerKey), age: age)
    }

    /// The filters of one issuing authority.
    public init(filters store: any RevocationFilterStore, issuerKey: KeyFingerprint, age: Duration = .seconds(1)) {
        self.init(FilterSource(store: store, issuerKey: issuerKey), age: age)
    }

    /// Nil: there is no such file.
    func file(at path: String) async throws(StoreFailure) -> PublishedFile? {
        try await look()
        guard let number = numbers[path] else { return nil }
        if let known = files[path], known.number >= number { return known }
        guard let file = try await source.read(path) else { return nil }
        // Somebody else may have read a later one meanwhile.
        if let known = files[path], known.number >= file.number { return known }
        files[path] = file
        return file
    }

    private func look() async throws(StoreFailure) {
        let now = ContinuousClock.now
        if let lookedAt, now - lookedAt < age { return }
        lookedAt = now
        numbers = try await source.numbers()
    }
}

private struct ListSource: PublicationSource {
    let store: any RevocationListStore
    let issuerKey: KeyFingerprint
    /// Every list that there can be.
    private let series: [String: (scope: ListScope, kind: ListStanding.Kind)]

    init(store: any RevocationListStore, issuerKey: KeyFingerprint) {
        (self.store, self.issuerKey) = (store, issuerKey)
        var series: [String: (scope: ListScope, kind: ListStanding.Kind)] = [:]
        for scope in ListScope.all {
            for kind in ListStanding.Kind.allCases { series[ListPath.path(of: issuerKey, scope, kind)] = (scope, kind) }
        }
        self.series = series
    }

    func numbers() async throws(StoreFailure) -> [String: Int64] {
        var numbers: [String: Int64] = [:]
        for one in try await store.listStandings(of: issuerKey) {
            numbers[ListPath.path(of: issuerKey, one.scope, one.kind)] = one.number
        }
        return numbers
    }

    func read(_ path: String) async throws(StoreFailure) -> PublishedFile? {
        guard let one = series[path] else { return nil }
        return try await store.list(of: issuerKey, one.scope, one.kind).map { PublishedFile($0) }
    }
}

private struct FilterSource: PublicationSource {
    let store: any RevocationFilterStore
    let issuerKey: KeyFingerprint

    func numbers() async throws(StoreFailure) -> [String: Int64] {
        var numbers: [String: Int64] = [:]
        for one in try await store.filterStandings(of: issuerKey) {
            numbers[FilterPath.path(of: issuerKey, one.kind)] = one.number
        }
        return numbers
    }

    func read(_ path: String) async throws(StoreFailure) -> PublishedFile? {
        let kind = FilterStanding.Kind.allCases.first { FilterPath.path(of: issuerKey, $0) == path }
        guard let kind else { return nil }
        return try await store.filter(of: issuerKey, kind).map { PublishedFile($0) }
    }
}

extension PublishedFile {
    /// RFC 2585 §4.2.
    fileprivate init(_ list: PublishedList) {
        self.init(
            body: ByteBuffer(bytes: list.der), contentType: "application/pkix-crl", number: list.standing.number,
            thisUpdate: list.standing.thisUpdate, nextUpdate: list.standing.nextUpdate)
    }

    fileprivate init(_ filter: PublishedFilter) {
        self.init(
            body: ByteBuffer(bytes: filter.der), contentType: "application/octet-stream",
            number: filter.standing.number, thisUpdate: filter.standing.thisUpdate,
            nextUpdate: filter.standing.nextUpdate)
    }
}
