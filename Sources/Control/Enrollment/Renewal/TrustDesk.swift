import Crypto
public import Foundation
public import SymbolonAdministration
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonNames
import SymbolonWire

/// Tells holders what to believe, and tells them again as soon as it changes.
///
/// One look at the store serves all who wait.
public actor TrustDesk {
    /// Who may be waiting for news at once; those beyond are answered at once with what there is.
    private static let mostWaiting = 20_000
    /// How often the store is looked at while anybody waits. 100 ms: a revocation is to be known within a second.
    private static let interval: Duration = .milliseconds(100)

    private let store: any AuthorityStore
    private let federated: @Sendable () async throws(StoreFailure) -> [TrustStatement.Federated]
    private var answer: TrustAnswer?
    private var look: Task<Void, Never>?
    private var waiting = 0

    /// - Parameter federated: the domains that are believed now.
    public init(
        store: any AuthorityStore,
        federated: @escaping @Sendable () async throws(StoreFailure) -> [TrustStatement.Federated]
    ) {
        self.store = store
        self.federated = federated
    }

    /// - Parameter clock: says which federations are over.
    public init(store: any AuthorityStore & FederationStore, clock: @escaping @Sendable () -> Date) {
        self.init(store: store) { () async throws(StoreFailure) in
            let now = clock()
            return try await store.federations().filter { !$0.isOver(at: now) }.map { one in
                TrustStatement.Federated(
                    trustDomain: one.trustDomain.description, anchor: one.anchor.pem, until: one.until)
            }
        }
    }

    /// - Parameters:
    ///   - known: the version that the caller has.
    ///   - patience: how long to wait for another one.
    func trust(
        known: String?, waiting patience: Duration
    ) async throws(AdministrationFailure) -> TrustAnswer {
        let end = ContinuousClock.now + patience
        var current = try await currentAnswer()
        guard current.version == known else { return current }
        guard waiting < Self.mostWaiting else { return TrustAnswer(version: current.version, trust: nil) }
        waiting += 1
        defer { waiting -= 1 }
        while current.version == known, ContinuousClock.now < end, !Task.isCancelled {
            await nextLook(until: end)
            current = try await currentAnswer()
        }
        return current.version == known ? TrustAnswer(version: current.version, trust: nil) : current
    }

    /// Shared by all who wait; returns when something is new, and after a second at the latest.
    private func nextLook(until end: ContinuousClock.Instant) async {
        if look == nil {
            let known = answer?.trust?.changeCounter
            let store = store
            look = Task {
                for _ in 0..<10 {
                    try? await Task.sleep(for: Self.interval)
                    if let counter = try? await store.changeCounter(), counter != known { break }
                }
                self.looked()
            }
        }
        await look?.value
    }

    private func looked() { look = nil }

    /// The statement is made when something has changed, and given to all.
    private func currentAnswer() async throws(AdministrationFailure) -> TrustAnswer {
        do throws(StoreFailure) {
            let counter = try await store.changeCounter()
            let federated = try await federated()
            if let answer, let trust = answer.trust, trust.changeCounter == counter, trust.federated == federated {
                return answer
            }
            guard let record = try await store.authority() else { throw .unavailable("there is no authority in it") }
            let records = try await store.revocations()
            let statement: TrustStatement
            do {
                statement = try TrustStatement(record, records, federated: federated)
            } catch {
                throw .damaged("\(error)")
            }
            let made = TrustAnswer(version: Self.version(of: statement), trust: statement)
            answer = made
            return made
        } catch {
            throw AdministrationFailure(error)
        }
    }

    /// The change counter, and a digest of all: a store that was put back has another version too.
    private static func version(of statement: TrustStatement) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = (try? encoder.encode(statement)) ?? Data()
        return "\(statement.changeCounter)-\(Hex.encode(Array(SHA256.hash(data: text).prefix(8))))"
    }
}

/// What to believe of this authority's certificates. Whoever holds one may ask, and wait for news.
public struct ShowTrust: AdministrativeOperation {
    public static let name = "showTrust"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.get, "trust", query: ["known": .text, "wait": .number])
    public static let recording = Recording.byChange

    /// The longest that an answer is held back. 20 s: less than what stands between them waits for.
    public static let longestWait = 20

    /// The version that the caller has.
    public let known: String?
    /// In seconds: how long to wait for another version. RFC 7240 §4.3 has the like for any request.
    public let wait: Int?

    public init(known: String? = nil, wait: Int? = nil) {
        self.known = known
        self.wait = wait
    }

    public var subject: String { "trust" }

    public func perform(with part: TrustDesk, in call: Call) async throws(AdministrationFailure) -> TrustAnswer {
        let wait = wait ?? 0
        guard (0...Self.longestWait).contains(wait) else {
            throw AdministrationFailure(
                .malformed, what: "wait is 0 to \(Self.longestWait) seconds", mend: "ask again and again")
        }
        return try await part.trust(known: known, waiting: .seconds(wait))
    }
}

/// A version and, where the caller has another, what it says.
public struct TrustAnswer: Codable, Equatable, Sendable {
    public let version: String
    /// Nil: what the caller knows still holds.
    public let trust: TrustStatement?

    public init(version: String, trust: TrustStatement?) {
        self.version = version
        self.trust = trust
    }
}
