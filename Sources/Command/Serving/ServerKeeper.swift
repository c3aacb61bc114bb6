import Foundation
import ServiceLifecycle
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonHTTPServices
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonVerification

/// Keeps what the authority's server believes and proves itself with as it should be: its own certificate, the anchors, what
/// is revoked, what may be certified.
actor ServerKeeper {
    private let authority: LocalAuthority
    private let names: [SubjectName]
    private let report: EndReport
    private let watch: StoreWatch
    private let revoked: RevocationMirror
    private var snapshot: RevocationSnapshot
    private var trust: ServerTrust
    private var schedule: RenewalSchedule
    private var server: HTTPServer?
    private var faults: [String] = []
    private var isRenewalFailing = false
    /// By which this server is known among the ends; nil where the home cannot be written.
    private let place: EndPlace?
    private var confirmed: (version: UInt64, at: Date)?
    /// Who answers for the server's own certificate; nil: nobody.
    private let responder: Responder?
    private var stapled: UInt64?

    init(
        _ authority: LocalAuthority, names: [SubjectName], revoked: RevocationMirror, responder: Responder? = nil,
        report: EndReport
    ) async throws {
        self.responder = responder
        self.authority = authority
        self.names = names
        self.report = report
        self.revoked = revoked
        place = try? authority.home.takeEndPlace()
        let snapshot = try await Self.revocations(authority, revoked)
        self.snapshot = snapshot
        watch = StoreWatch(authority.store, changeCounter: snapshot.epoch)
        let identity = try await Self.identity(authority, names)
        trust = try ServerTrust(
            chain: identity.chain, key: identity.key, anchors: Self.anchors(authority),
            revocation: RevocationSources(snapshot: snapshot))
        schedule = Self.schedule(of: identity.chain[0])
    }

    /// What is in force now.
    var current: ServerTrust { trust }

    func keep(_ server: HTTPServer) { self.server = server }

    // MARK: What is believed

    /// Those of federated authorities are not among them: who asks here shows a certificate of this authority, and is known by
    /// its serial number, which another authority could repeat.
    private static func anchors(_ authority: LocalAuthority) -> [TrustAnchor] {
        authority.issuing.anchors.map { TrustAnchor($0, for: authority.issuing.configuration.trustDomain) }
    }

    private static func revocations(
        _ authority: LocalAuthority, _ revoked: RevocationMirror
    ) async throws -> RevocationSnapshot {
        let reflection = try await revoked.current()
        // After the counter: what it counts is in them.
        try await authority.issuing.refreshIssuers()
        return reflection.snapshot(covering: Set(authority.issuing.allIssuers.map(\.key)), at: Date())
    }

    private func storeChanged(_ outcome: StoreWatch.Outcome) async {
        switch outcome {
        case .unchanged: break
        case .committed: await refreshPermissions()
        case .revoked: await refreshRevocation()
        case .failed(let failure):
            report.warn("authority", "the store cannot be looked at; it is tried again", why: failure.explanation)
        }
    }

    private func refreshPermissions() async {
        // What cannot be read now is read with the next change.
        try? await authority.issuing.refreshPermissions()
    }

    private func refreshRevocation() async {
        do {
            let next = try await Self.revocations(authority, revoked)
            guard next.epoch >= snapshot.epoch else { return }
            try publish(trust.believing(Self.anchors(authority), RevocationSources(snapshot: next)))
            // What is in force, and so what is confirmed.
            snapshot = next
            // Its own certificate is the first to change over.
            if trust.leaf.issuer != authority.issuing.issuing.subject { await renew() }
            await signPolicyAnew()
            await confirm()
        } catch {
            report.warn(
                "authority", "revocations cannot be read; those known so far stay in force",
                why: ExplainedError.text(error))
        }
    }

    /// Whoever activated another issuing authority may have gone before it was done.
    private func signPolicyAnew() async {
        do throws(AdministrationFailure) {
            try await authority.policies.signAnew(actor: "authority")
        } catch {
            report.warn(
                "authority", "the policy in force is not signed by the key that issues now; it is tried again",
                why: error.why ?? error.what, mend: error.mend)
        }
    }

    private func publish(_ next: ServerTrust) throws {
        trust = next
        try server?.replace(next)
    }

    // MARK: What is in force

    /// In seconds. Less than an end elsewhere promises: what it takes to say so is at hand.
    private static let promise = 30.0

    /// This server is an end like any other: operators connect to it, and pairing and renewal are done over it.
    private func confirm() async {
        let now = Date()
        let version = snapshot.epoch
        guard let place, let server,
            confirmed?.version != version || now >= (confirmed?.at ?? .distantPast) + Self.promise / 3
        else { return }
        confirmed = (version, now)
        let standing = EndStanding(
            end: place.end, identity: LocalAuthority.actor, certificate: nil, kind: .authority,
            name: "authority on \(ProcessInfo.processInfo.hostName)", promise: Self.promise, confirmed: version,
            confirmedAt: now, heardAt: now, live: server.connectionCount)
        // That the store cannot be written is told by `look`.
        try? await authority.store.note([EndConfirmation(standing, connections: [:])])
    }

    /// It stops: nobody waits for it.
    private func leave() async {
        guard let place else { return }
        try? await authority.store.forget(place.end, of: LocalAuthority.actor)
    }

    // MARK: Its own certificate

    private static func identity(
        _ authority: LocalAuthority, _ names: [SubjectName]
    ) async throws -> (chain: [Certificate], key: SigningKey) {
        // It lives in memory only: the next start makes another.
        let key = SigningKey.make(.p256)
        let issued = try await authority.issuing.issueForServer(
            key.publicKey, names: names, actor: LocalAuthority.actor)
        return (issued.chain, key)
    }

    private static func schedule(of leaf: Certificate) -> RenewalSchedule {
        let life = CertificateLife(of: leaf)
        var random = SystemRandomNumberGenerator()
        return RenewalSchedule(of: life, suggestion: life.suggestedWindow, at: Date(), using: &random)
    }

    private func renew() async {
        do {
            let identity = try await Self.identity(authority, names)
            try publish(
                ServerTrust(
                    chain: identity.chain, key: identity.key, anchors: trust.anchors, revocation: trust.revocation))
            schedule = Self.schedule(of: identity.chain[0])
            stapled = nil
            isRenewalFailing = false
        } catch {
            isRenewalFailing = true
            var random = SystemRandomNumberGenerator()
            schedule.failed(at: Date(), using: &random)
            guard schedule.isWorthTelling else { return }
            report.warn(
                "authority", "the server's own certificate is not renewed yet; it is tried again",
                why: ExplainedError.text(error), mend: "it ends on \(Moment.text(trust.leaf.notAfter))")
        }
    }

    /// RFC 6066 §8: what the responder says of the server's own certificate is shown to clients that ask, ahead of need.
    private func staple() async {
        // What cannot be said now is said by the next look; what was stapled before holds as long as it says.
        guard let responder, let answer = try? await responder.answer(about: trust.leaf),
            answer.tag != stapled
        else { return }
        do {
            trust = trust.stapling(answer.der)
            try server?.staple(trust)
            stapled = answer.tag
        } catch {
            report.warn("authority", "no answer is stapled", why: ExplainedError.text(error))
        }
    }

    // MARK: Health

    /// What the health page says. The store was asked lately, by `look`, and not for whoever reads the page.
    func health(beside others: [String]) -> HealthReport {
        HealthReport(
            faults: faults + (isRenewalFailing ? ["certificateNotRenewed"] : []) + others,
            certificateSeconds: Int64(trust.leaf.notAfter.timeIntervalSinceNow))
    }

    /// A write that changes nothing shows whether the store could be written.
    private func look() async {
        do throws(StoreFailure) {
            try await authority.store.withdraw(service: "health", address: "none")
            faults = []
        } catch {
            faults = ["store"]
        }
    }

    /// What was compromised, and everybody has changed over from, or its time is over.
    private func finishReplacements() async {
        guard authority.issuing.allIssuers.contains(where: { $0.replacement != nil && $0.isBelieved }) else { return }
        do throws(SuccessionFailure) {
            for one in try await authority.succession.finishReplacements(actor: "authority") {
                report.warn(
                    "authority", "issuing authority \(one.issuer.name), which was compromised, is believed no more",
                    why: "\(one.remaining) certificates below it had not been replaced")
            }
        } catch {
            report.warn(
                "authority", "what was compromised is not taken back yet; it is tried again", why: error.explanation)
        }
    }

    private func tick(_ count: Int) async {
        if schedule.next <= Date() { await renew() }
        await confirm()
        await staple()
        // Every five seconds.
        if count.isMultiple(of: 5) {
            await look()
            await finishReplacements()
        }
    }
}

extension ServerKeeper: Service {
    func run() async throws {
        await signPolicyAnew()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                let watch = self.watch
                group.addTask { await watch.run { await self.storeChanged($0) } }
                group.addTask {
                    var count = 0
                    while !Task.isCancelled {
                        await self.tick(count)
                        count += 1
                        try? await Task.sleep(for: .seconds(1))
                    }
                }
            }
        }
        await leave()
    }
}
