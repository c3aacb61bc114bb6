internal import Foundation
internal import NIOCore
public import SymbolonAuthority

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

    /// The lists of every root and issuing authority that there is or was.
    public init(lists store: any RevocationListStore & IssuerStore, age: Duration = .seconds(1)) {
        self.init(ListSource(store: store), age: age)
    }

    /// The filters of every issuing authority that there is or was.
    public init(filters store: any RevocationFilterStore & IssuerStore, age: Duration = .seconds(1)) {
        self.init(FilterSource(store: store), age: age)
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
    let store: any RevocationListStore & IssuerStore

    func numbers() async throws(StoreFailure) -> [String: Int64] {
        var numbers: [String: Int64] = [:]
        for issuer in try await store.issuers() {
            for one in try await store.listStandings(of: issuer.key) {
                numbers[ListPath.path(of: issuer.key, one.scope, one.kind)] = one.number
            }
        }
        return numbers
    }

    func read(_ path: String) async throws(StoreFailure) -> PublishedFile? {
        guard let key = try await store.issuers().first(where: { path.hasPrefix(ListPath.folder(of: $0.key)) })?.key
        else { return nil }
        for scope in ListScope.all {
            for kind in ListStanding.Kind.allCases where ListPath.path(of: key, scope, kind) == path {
                return try await store.list(of: key, scope, kind).map { PublishedFile($0) }
            }
        }
        return nil
    }
}

private struct FilterSource: PublicationSource {
    let store: any RevocationFilterStore & IssuerStore

    func numbers() async throws(StoreFailure) -> [String: Int64] {
        var numbers: [String: Int64] = [:]
        for issuer in try await store.issuers() where issuer.role == .issuing {
            for one in try await store.filterStandings(of: issuer.key) {
                numbers[FilterPath.path(of: issuer.key, one.kind)] = one.number
            }
        }
        return numbers
    }

    func read(_ path: String) async throws(StoreFailure) -> PublishedFile? {
        for issuer in try await store.issuers() where issuer.role == .issuing {
            for kind in FilterStanding.Kind.allCases where FilterPath.path(of: issuer.key, kind) == path {
                return try await store.filter(of: issuer.key, kind).map { PublishedFile($0) }
            }
        }
        return nil
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
