import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation

/// Changes what an authority issues with, so that nobody who is honest notices: prepare, activate, retire.
///
/// Each of the three is one transaction, so that a process that is killed leaves what was before, or what is after. Keys are
/// durable before they sign; one that was made and never certified signs nothing.
public struct Succession: Sendable {
    let authority: IssuingAuthority
    let keys: any IssuerKeys
    let ends: any EndConfirmations
    let lists: any RevocationListStore

    public init(
        _ authority: IssuingAuthority, keys: any IssuerKeys, ends: any EndConfirmations, lists: any RevocationListStore
    ) {
        self.authority = authority
        self.keys = keys
        self.ends = ends
        self.lists = lists
    }

    // MARK: Prepare

    /// Makes an issuing authority below the active root, or a new root with an issuing authority below it, and tells everybody
    /// to believe it. It issues nothing yet.
    /// - Returns: the new ones, a root first.
    public func prepare(_ role: Issuer.Role, actor: String) async throws(SuccessionFailure) -> [Issuer] {
        let issuers = try await issuers()
        guard let activeRoot = issuers.active(.root) else { throw .authority(.notCreated) }
        let older = try await signing(activeRoot)
        let made = try await make(role, below: older)
        try await change(
            IssuerChange(prepared: made), .issuerPrepared, made, actor: actor, details: ["role": role.rawValue])
        // Lists of every root whose key is at hand: it may lie in a safe for months now.
        try await publishLists(actor: actor)
        try await refresh()
        return try await self.issuers().filter { one in made.contains { $0.key == one.key } }
    }

    /// - Parameter older: the root that is active now.
    func make(
        _ role: Issuer.Role, below older: SigningIssuer
    ) async throws(SuccessionFailure) -> [Issuer] {
        let rootKey: (any CertificateSigner)?
        let issuingKey: any CertificateSigner
        do {
            let algorithm = authority.configuration.keyAlgorithm
            rootKey = role == .root ? try await keys.make(.root, algorithm) : nil
            issuingKey = try await keys.make(.issuing, algorithm)
        } catch {
            throw .keys(error)
        }
        do {
            return try certify(rootKey, issuingKey.publicKey, below: older)
        } catch {
            throw .issuance(error)
        }
    }

    private func certify(
        _ rootKey: (any CertificateSigner)?, _ issuingKey: PublicKey, below older: SigningIssuer
    ) throws(IssuanceFailure) -> [Issuer] {
        let now = authority.now
        var making = IssuerMaking(authority.configuration, at: now, random: SystemRandomNumberGenerator())
        guard let rootKey else {
            return [
                Issuer(
                    .issuing, try making.issuing(issuingKey, below: older), key: issuingKey.fingerprint,
                    root: older.key,
                    state: .prepared, since: now)
            ]
        }
        let root = try making.root(rootKey)
        return [
            Issuer(
                .root, root.certificate, key: root.key, root: root.key,
                link: try making.introduction(of: root, by: older), state: .prepared, since: now),
            Issuer(
                .issuing, try making.issuing(issuingKey, below: root), key: issuingKey.fingerprint, root: root.key,
                link: try making.issuing(issuingKey, below: older), state: .prepared, since: now),
        ]
    }

    // MARK: Activate

    /// From now on this one issues; the one before is believed as it was. A root is activated with the issuing authority below
    /// it that was prepared last.
    /// - Parameter evenSo: also while ends that live have not confirmed it; the record says which.
    public func activate(_ word: String, evenSo: Bool, actor: String) async throws(SuccessionFailure) -> Issuer {
        let issuers = try await issuers()
        let next = try Self.issuing(try Self.found(word, issuers), issuers)
        guard next.state == .prepared || next.state == .superseded else {
            throw .notFrom(name: next.name, next.state, wish: "activated")
        }
        guard next.replacement == nil else { throw .compromised(name: next.name) }
        // Whoever is to issue with it must have it.
        _ = try await signing(next)
        let stragglers = try await stragglers(before: next.changeCounter, evenSo: evenSo)
        try await change(
            IssuerChange(steps: try Self.activation(of: next, issuers, at: authority.now)), .issuerActivated, [next],
            actor: actor, details: Self.details(stragglers))
        try await refresh()
        return try await self.issuers().first { $0.key == next.key } ?? next
    }

    /// A root stands for the issuing authority below it that came last.
    private static func issuing(_ found: Issuer, _ issuers: [Issuer]) throws(SuccessionFailure) -> Issuer {
        guard found.role == .root else { return found }
        guard let last = issuers.under(found.key).last(where: \.isBelieved) else {
            throw .notFrom(name: found.name, found.state, wish: "activated")
        }
        return last
    }

    /// In the order that the store takes: of each role one is active.
    static func activation(
        of next: Issuer, _ issuers: [Issuer], at now: Date
    ) throws(SuccessionFailure) -> [IssuerStep] {
        guard let active = issuers.active(.issuing), let root = issuers.active(.root),
            let nextRoot = issuers.first(where: { $0.key == next.root && $0.role == .root })
        else { throw .authority(.notCreated) }
        var steps = [IssuerStep(active.key, from: .active, to: .superseded, at: now)]
        if nextRoot.key != root.key {
            steps.append(IssuerStep(root.key, from: .active, to: .superseded, at: now))
            steps.append(IssuerStep(nextRoot.key, from: nextRoot.state, to: .active, at: now))
        }
        return steps + [IssuerStep(next.key, from: next.state, to: .active, at: now)]
    }

    // MARK: Retire

    /// Nobody is to believe it any more: its root takes it back, or everybody forgets the root, with all below it.
    /// - Parameter evenSo: also while certificates below it are in use, or ends that live have not confirmed what took its
    ///   place; the record says which.
    public func retire(_ word: String, evenSo: Bool, actor: String) async throws(SuccessionFailure) -> Issuer {
        let issuers = try await issuers()
        let found = try Self.found(word, issuers)
        guard found.state != .retired else { throw .notFrom(name: found.name, found.state, wish: "retired") }
        guard found.state != .active else {
            throw found.role == .root
                ? .rootInUse(name: found.name) : .notFrom(name: found.name, found.state, wish: "retired")
        }
        let gone = (found.role == .root ? issuers.under(found.key).filter(\.isBelieved) : []) + [found]
        guard !gone.contains(where: { $0.state == .active }) else { throw .rootInUse(name: found.name) }
        var details: [String: String] = [:]
        for one in gone where one.role == .issuing {
            let count = try await remaining(below: one)
            guard count == 0 || evenSo else { throw .inUse(name: one.name, certificates: count) }
            if count > 0 { details["inUse"] = "\(count)" }
        }
        let since = issuers.filter { $0.state == .active }.map(\.changeCounter).max() ?? 0
        details.merge(Self.details(try await stragglers(before: since, evenSo: evenSo))) { $1 }
        try await retire(gone, .issuerRetired, actor: actor, details: details)
        return try await self.issuers().first { $0.key == found.key } ?? found
    }

    func retire(
        _ gone: [Issuer], _ kind: AuditEventKind, actor: String, details: [String: String]
    ) async throws(SuccessionFailure) {
        let now = authority.now.cutToSecond
        let steps = gone.map { one in
            // RFC 5280 §5.3.1: what another took the place of, what never began, what is in strange hands.
            let reason: RevocationReason =
                one.replacement != nil ? .cACompromise : one.state == .prepared ? .cessationOfOperation : .superseded
            return IssuerStep(
                one.key, from: one.state, to: .retired, at: now,
                revocation: one.role == .issuing ? Revocation(reason, since: now) : nil)
        }
        try await change(IssuerChange(steps: steps), kind, gone, actor: actor, details: details)
        try await refresh()
        try await publishLists(actor: actor)
    }

    // MARK: Roots' lists

    /// Makes the list of every believed root whose key is here.
    /// - Returns: the roots whose key is not here, and whose list is therefore as it was.
    @discardableResult
    public func publishLists(
        life: Duration = RootListPublisher.standardLife, actor: String
    ) async throws(SuccessionFailure) -> (published: [ListStanding], keysAway: [Issuer]) {
        let publisher = RootListPublisher(authority, store: lists)
        var published: [ListStanding] = []
        var away: [Issuer] = []
        for root in try await issuers() where root.role == .root && root.isBelieved {
            guard let signing = try await signerIfHere(root) else {
                away.append(root)
                continue
            }
            do {
                if let made = try await publisher.publish(signing, life: life, actor: actor) { published.append(made) }
            } catch {
                throw .lists(error)
            }
        }
        return (published, away)
    }

    // MARK: Looking

    public func issuers() async throws(SuccessionFailure) -> [Issuer] {
        do {
            return try await authority.store.issuers()
        } catch {
            throw .store(error)
        }
    }

    /// How many certificates below it are live, and were replaced by none.
    public func remaining(below issuer: Issuer) async throws(SuccessionFailure) -> Int {
        do {
            return try await authority.store.remaining(below: issuer.key, at: authority.now)
        } catch {
            throw .store(error)
        }
    }

    static func found(_ word: String, _ issuers: [Issuer]) throws(SuccessionFailure) -> Issuer {
        let found = issuers.called(word)
        guard let first = found.first else { throw .unknown(word) }
        guard found.count == 1 else { throw .ambiguous(word, found.map(\.name)) }
        return first
    }

    /// - Parameter evenSo: they are given, and do not stand in the way.
    func stragglers(before counter: UInt64, evenSo: Bool) async throws(SuccessionFailure) -> [String] {
        let names: [String]
        do {
            names = try await ends.stragglers(before: counter)
        } catch {
            throw .store(error)
        }
        guard names.isEmpty || evenSo else { throw .stragglers(names) }
        return names
    }

    func signing(_ issuer: Issuer) async throws(SuccessionFailure) -> SigningIssuer {
        guard let signing = try await signerIfHere(issuer) else {
            throw .keyNotHere(issuer.role, name: issuer.name, because: nil)
        }
        return signing
    }

    private func signerIfHere(_ issuer: Issuer) async throws(SuccessionFailure) -> SigningIssuer? {
        do {
            guard let signer = try await keys.signer(issuer.role, issuer.key) else { return nil }
            return SigningIssuer(issuer.certificate, signer: signer)
        } catch {
            throw .keyNotHere(issuer.role, name: issuer.name, because: error.explanation)
        }
    }

    // MARK: Changing

    func change(
        _ change: IssuerChange, _ kind: AuditEventKind, _ about: [Issuer], actor: String, details: [String: String]
    ) async throws(SuccessionFailure) {
        var details = details
        for one in about { details[one.role.rawValue + "Key"] = one.key.description }
        let event = AuditEvent(
            kind, at: authority.now, actor: actor, subject: about.map(\.name).joined(separator: " "), details: details)
        do {
            try await authority.store.change(change, audit: authority.sealed(event))
        } catch {
            throw .store(error)
        }
    }

    func refresh() async throws(SuccessionFailure) {
        do {
            try await authority.refreshIssuers()
        } catch {
            throw .authority(error)
        }
    }

    private static func details(_ stragglers: [String]) -> [String: String] {
        stragglers.isEmpty ? [:] : ["evenSo": stragglers.prefix(100).joined(separator: ", ")]
    }
}
