import Crypto
public import Foundation
public import SymbolonAccessPolicy
public import SymbolonAdministration
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonNames
import SymbolonRevocation
import SymbolonWire

/// Tells holders what to believe, and tells them again as soon as it changes: who knows a version is told what has changed
/// since, whichever node told it that version.
///
/// One look at the store serves all who wait.
public actor TrustDesk {
    /// Who may be waiting for news at once; those beyond are answered at once with what there is.
    private static let mostWaiting = 20_000
    /// How often the store is looked at while anybody waits. 100 ms: a revocation is to be known within a second.
    private static let interval: Duration = .milliseconds(100)
    /// More changes than this are not told as changes; the whole is told instead. 10,000: half a megabyte.
    private static let mostChanges = 10_000
    /// Versions since which changes are kept made: those of ends that were away are few.
    private static let mostSteps = 64

    /// What is to be believed at one version.
    private struct Known {
        let version: String
        let revoked: RevokedSet
        /// Without what is revoked.
        let head: TrustStatement

        var changeCounter: UInt64 { head.changeCounter }
    }

    private let store: any AuthorityStore
    private let mirror: RevocationMirror
    private let register: EndRegister
    private let clock: @Sendable () -> Date
    private let federated: @Sendable () async throws(StoreFailure) -> [TrustStatement.Federated]
    private let policy: @Sendable () async throws(StoreFailure) -> PolicyNumbers?
    private let posture: @Sendable (UInt64?) async throws(StoreFailure) -> [PostureRecord]
    private var known: Known?
    private var whole: TrustAnswer?
    private var steps: [UInt64: TrustAnswer] = [:]
    private var look: Task<Result<Void, StoreFailure>, Never>?
    private var waiting = 0

    /// - Parameters:
    ///   - mirror: on the same store.
    ///   - federated: the domains that are believed now.
    ///   - policy: which one is in force now.
    ///   - posture: what was said of machines after a value of the change counter, or all of it.
    public init(
        store: any AuthorityStore, mirror: RevocationMirror, register: EndRegister,
        clock: @escaping @Sendable () -> Date,
        federated: @escaping @Sendable () async throws(StoreFailure) -> [TrustStatement.Federated],
        policy: @escaping @Sendable () async throws(StoreFailure) -> PolicyNumbers? = { nil },
        posture: @escaping @Sendable (UInt64?) async throws(StoreFailure) -> [PostureRecord] = { _ in [] }
    ) {
        self.store = store
        self.mirror = mirror
        self.register = register
        self.clock = clock
        self.federated = federated
        self.policy = policy
        self.posture = posture
    }

    /// - Parameter clock: says which federations are over.
    public init(
        store: any AuthorityStore & FederationStore & EndLedger & PolicyStore & PostureStore, mirror: RevocationMirror,
        clock: @escaping @Sendable () -> Date
    ) {
        self.init(
            store: store, mirror: mirror, register: EndRegister(store, clock: clock), clock: clock,
            federated: { () async throws(StoreFailure) in
                let now = clock()
                return try await store.federations().filter { !$0.isOver(at: now) }.map { one in
                    TrustStatement.Federated(
                        trustDomain: one.trustDomain.description, anchor: one.anchor.pem, until: one.until)
                }
            },
            policy: { () async throws(StoreFailure) in try await store.policyInForce() },
            posture: { since async throws(StoreFailure) in try await store.posture(since: since) })
    }

    // MARK: What is told

    /// - Parameters:
    ///   - version: what the caller has; another is told whole.
    ///   - patience: how long to wait for another one.
    func trust(
        known version: String?, waiting patience: Duration
    ) async throws(AdministrationFailure) -> TrustAnswer {
        let known = try await news(after: version, waiting: patience)
        guard known.version != version else { return TrustAnswer(version: known.version, trust: nil) }
        do throws(StoreFailure) {
            return try await wholeAnswer(known)
        } catch {
            throw AdministrationFailure(error)
        }
    }

    /// The same, told as changes where that can be.
    func changes(
        since version: String?, waiting patience: Duration
    ) async throws(AdministrationFailure) -> TrustAnswer {
        let known = try await news(after: version, waiting: patience)
        guard known.version != version else { return TrustAnswer(version: known.version, trust: nil) }
        do throws(StoreFailure) {
            guard let since = version.flatMap(Self.changeCounter) else { return try await wholeAnswer(known) }
            if let step = steps[since], step.version == known.version { return step }
            // Who knows more than there is has outlived a store that was put back; what it makes of it is its affair.
            let from = min(since, known.changeCounter)
            // Changes of a later version than the one told are no harm: the digest would not fit, so they are left out.
            guard let changes = try await store.revocationChanges(since: from, atMost: Self.mostChanges),
                changes.changeCounter == known.changeCounter
            else { return try await wholeAnswer(known) }
            // Signals of a later version than the one told are no harm: they are told again, and are the same then.
            let said = try await posture(from)
            guard said.count <= Self.mostChanges else { return try await wholeAnswer(known) }
            let step = TrustAnswer(
                version: known.version, trust: known.head.telling(changes).telling(said, at: clock()))
            if steps.count >= Self.mostSteps { steps = [:] }
            steps[since] = step
            return step
        } catch {
            throw AdministrationFailure(error)
        }
    }

    private func wholeAnswer(_ known: Known) async throws(StoreFailure) -> TrustAnswer {
        if let whole, whole.version == known.version { return whole }
        let made = TrustAnswer(
            version: known.version,
            trust: known.head.telling(known.revoked).telling(try await posture(nil), at: clock()))
        whole = made
        return made
    }

    // MARK: What is heard

    /// An end says what it has put in force. Who claims a version that there has never been is not believed.
    func heard(_ follow: FollowTrust, from caller: Caller) async throws(AdministrationFailure) {
        let confirmation = try follow.confirmation(of: caller, at: clock())
        var counter = known?.changeCounter ?? 0
        if confirmation.standing.confirmed > counter {
            // Another node may have told it what this one has not looked at yet.
            do throws(StoreFailure) {
                counter = try await refresh().changeCounter
            } catch {
                throw AdministrationFailure(error)
            }
        }
        guard confirmation.standing.confirmed <= counter else {
            throw AdministrationFailure(
                .conflict, what: "version \(confirmation.standing.confirmed) cannot be in force anywhere",
                why: "the authority counts \(counter) changes",
                mend: "if its store was put back to an earlier day, what is revoked since is to be revoked anew")
        }
        await register.heard(confirmation)
    }

    func left(_ end: EndID, of identity: String) async throws(AdministrationFailure) {
        do {
            try await register.left(end, of: identity)
        } catch {
            throw AdministrationFailure(error)
        }
    }

    // MARK: Looking

    /// What is to be believed when it is another version than this, or the patience is at its end.
    private func news(
        after version: String?, waiting patience: Duration
    ) async throws(AdministrationFailure) -> Known {
        let end = ContinuousClock.now + patience
        do throws(StoreFailure) {
            var current = try await refresh()
            guard current.version == version, waiting < Self.mostWaiting else { return current }
            waiting += 1
            defer { waiting -= 1 }
            while current.version == version, ContinuousClock.now < end, !Task.isCancelled {
                try await nextLook()
                current = known ?? current
            }
            return current
        } catch {
            throw AdministrationFailure(error)
        }
    }

    /// Shared by all who wait; returns when something is new, and after a second at the latest.
    private func nextLook() async throws(StoreFailure) {
        if look == nil {
            let counter = known?.changeCounter
            let store = store
            look = Task {
                for _ in 0..<10 {
                    try? await Task.sleep(for: Self.interval)
                    if let now = try? await store.changeCounter(), now != counter { break }
                }
                return await self.looked()
            }
        }
        try await look?.value.get()
    }

    private func looked() async -> Result<Void, StoreFailure> {
        defer { look = nil }
        do throws(StoreFailure) {
            _ = try await refresh()
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// The statement is made when something has changed, and given to all.
    private func refresh() async throws(StoreFailure) -> Known {
        let counter = try await store.changeCounter()
        let federated = try await federated()
        if let known, known.changeCounter == counter, known.head.federated == federated { return known }
        guard let record = try await store.authority() else { throw .unavailable("there is no authority in it") }
        let trustDomain = record.configuration.trustDomain
        let (reflection, digest) = try await mirror.currentWithDigest()
        // After the counter: what it counts is in them.
        let issuers = try await store.issuers()
        let head = TrustStatement(
            of: trustDomain, issuers, changeCounter: reflection.changeCounter, digest: digest, federated: federated,
            policy: try await policy())
        // Another look may have been quicker.
        if let known, known.changeCounter > head.changeCounter { return known }
        let next = Known(version: Self.version(of: head), revoked: reflection.revoked, head: head)
        if next.version != known?.version { (whole, steps) = (nil, [:]) }
        known = next
        return next
    }

    /// The change counter, and a digest of all: a store that was put back has another version too.
    private static func version(of head: TrustStatement) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let text = (try? encoder.encode(head)) ?? Data()
        return "\(head.changeCounter)-\(Hex.encode(Array(SHA256.hash(data: text).prefix(8))))"
    }

    private static func changeCounter(of version: String) -> UInt64? {
        version.split(separator: "-", maxSplits: 1).first.flatMap { UInt64($0) }
    }
}
