import Foundation
import NIOCore
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonClients
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonVerification

/// What the ends of a paired machine know of their authority, and how they ask it: to renew, and what to believe.
///
/// Whatever was heard is kept in the home, and holds while the authority is away: what is known to be revoked stays so for
/// good; that nothing else is, is believed of long-lived certificates for a day, and of those that live less than two days
/// until they end.
actor PairedLink {
    /// What changed by asking.
    enum News: Sendable {
        /// Something else is to be believed.
        case changed
        /// The authority has not been heard for so long; it is told the first time, and each time this has doubled.
        case silent(seconds: TimeInterval, because: String)
        /// It has another policy in force, and what that is could not be heard.
        case policyNotHeard(because: String)
        /// It says that an older policy is in force than it said before.
        case policyWentBack(PolicyNumbers, known: PolicyNumbers)
        /// It is heard again.
        case back(after: TimeInterval)
    }

    /// After so long a silence only what ends soon by itself is believed to be unrevoked.
    static let longestSilence: TimeInterval = 24 * 3600
    /// Peers whose whole life is shorter are let in during a silence: hours.
    static let shortLifeHours = 48
    /// From then on a silence is told. Five minutes: a restart is over by then.
    static let loudSilence: TimeInterval = 300

    nonisolated let folder: HomeFolder
    nonisolated let paired: PairedAuthority
    nonisolated let trustDomain: TrustDomain
    /// As they came with the pairing, and changed since.
    nonisolated let roots: KnownRoots
    private nonisolated let firstLink: AuthorityLink
    private(set) var heard: HeardTrust?
    private var notedAt = Date.distantPast
    /// Whether the silence has made less of what is known.
    private var isStale = false
    /// By serial number, as far as the authority has said.
    private var windows: [SerialNumber: RenewalWindow] = [:]
    /// Keys that are being asked for, each for the certificate that it shall replace.
    private var nextKeys: [IdentityName: (replacing: SerialNumber, key: SigningKey)] = [:]
    /// For short questions.
    private var short: (identity: StoredIdentity, client: HTTPSClient)?
    /// Which address is asked first.
    private var place = 0
    /// What came did not fit what was known: the whole is asked for.
    private(set) var wantsWhole = false
    /// Ends here judge by the authority's policy, and these are the numbers of the one that they have; nil: none has been asked for.
    var followedPolicy: PolicyNumbers?
    /// The statement that came last, whatever it is worth.
    var policyStatement: [UInt8]?

    /// Nil where the home was never paired.
    static func open(_ folder: HomeFolder) throws -> PairedLink? {
        do {
            guard let paired = try folder.pairedAuthority() else { return nil }
            return try PairedLink(folder, paired)
        } catch let failure as HomeFailure {
            throw Complaint(
                what: "the authority that this machine was paired with is not known any more",
                why: failure.explanation, exit: .undecided)
        }
    }

    init(_ folder: HomeFolder, _ paired: PairedAuthority) throws {
        self.folder = folder
        self.paired = paired
        trustDomain = try Input.parse(paired.trustDomain, as: "a trust domain", TrustDomain.init)
        let anchors = try paired.anchors()
        let addresses = try paired.addresses.map { text in
            let address = try Input.parse(text, as: "the address of an authority", HostAndPort.init)
            return ServerAddress(host: address.host, port: address.port)
        }
        let domain = trustDomain
        firstLink = try AuthorityLink(
            to: addresses, of: domain, trusting: anchors.map { TrustAnchor($0, for: domain) })
        heard = try folder.heardTrust()
        if heard?.trust.trustDomain != paired.trustDomain { heard = nil }
        let believed = heard?.trust.anchors(knowing: anchors) ?? []
        roots = KnownRoots(believed.isEmpty ? anchors : believed, seen: anchors)
    }

    /// The way to the authority, by the roots that it has now.
    nonisolated var link: AuthorityLink {
        firstLink.trusting(roots.believed.map { TrustAnchor($0, for: trustDomain) })
    }

    // MARK: What is believed

    /// What is known of revocation at a moment.
    func revocations(at now: Date) -> RevocationSnapshot {
        var covered = Set(roots.believed.compactMap { $0.publicKey?.fingerprint })
        guard let heard else {
            return RevocationSnapshot(revoked: [:], covering: covered, epoch: 0, thisUpdate: paired.pairedAt)
        }
        let issuing = (try? heard.trust.issuingCertificates()) ?? []
        if now < heard.heardAt + Self.longestSilence {
            covered.formUnion(issuing.compactMap { $0.publicKey?.fingerprint })
        }
        covered.formUnion(federated(at: now).compactMap { $0.publicKey?.fingerprint })
        return RevocationSnapshot(
            heard.revoked, covering: covered, epoch: heard.trust.changeCounter,
            thisUpdate: heard.heardAt)
    }

    /// The anchors of other domains that the authority vouches for now, each for its own domain.
    func federated(at now: Date) -> [TrustAnchor] {
        (heard?.trust.federated ?? []).compactMap { one in
            guard now < one.until, let domain = try? TrustDomain(one.trustDomain), domain != trustDomain,
                let anchor = try? CertificateBundle(pem: one.anchor).certificates.first
            else { return nil }
            return TrustAnchor(federated: anchor, for: domain)
        }
    }

    /// What reporters have said to the authority of machines; each signal lapses by itself.
    var posture: PostureBoard { heard?.posture ?? PostureBoard() }

    /// True once when a silence has become too long, and once when it is over.
    func isSilenceNews(at now: Date) -> Bool {
        let isStale = heard.map { now >= $0.heardAt + Self.longestSilence } ?? true
        defer { self.isStale = isStale }
        return isStale != self.isStale
    }

    /// When the authority last said that what is believed holds.
    var heardAt: Date? { heard?.heardAt }

    /// Whether all that an identity believes is this authority's.
    nonisolated func accounts(for identity: StoredIdentity) -> Bool {
        roots.include(identity.anchors)
    }

    // MARK: Renewing

    /// The same identity with a new key, kept in the home. Both keys are on the disk until the new one has its certificate.
    ///
    /// Beside the actor: stretching the passphrase takes its time, and what listens and asks is not to wait for it.
    nonisolated func renew(_ identity: StoredIdentity, under passphrase: Passphrase) async throws -> StoredIdentity {
        let key = try await nextKey(of: identity, under: passphrase)
        let report = try await link.renew(identity, for: key, at: Date())
        let next = try link.renewed(identity, key, report, at: Date())
        // Before the watch can see the file: whoever takes it up asks when it is to be renewed.
        await note(report.suggestedWindow, of: next, after: identity)
        try folder.saveIdentity(next, under: passphrase)
        folder.forgetNextKey(identity.name)
        await forgetNextKey(of: identity.name)
        return next
    }

    /// Sealed on the disk at the first try, and held open until the last one: where many identities try again and again
    /// while the authority is away, unsealing it each time would leave no time for anything else.
    private nonisolated func nextKey(
        of identity: StoredIdentity, under passphrase: Passphrase
    ) async throws -> SigningKey {
        if let asked = await nextKeys[identity.name], asked.replacing == identity.leaf.serialNumber { return asked.key }
        let key = try folder.nextKey(identity.name, identity.key.algorithm, under: passphrase)
        await hold(key, for: identity)
        return key
    }

    private func hold(_ key: SigningKey, for identity: StoredIdentity) {
        nextKeys[identity.name] = (identity.leaf.serialNumber, key)
    }

    private func forgetNextKey(of name: IdentityName) { nextKeys[name] = nil }

    private func note(_ window: RenewalWindow?, of next: StoredIdentity, after identity: StoredIdentity) {
        windows[identity.leaf.serialNumber] = nil
        windows[next.leaf.serialNumber] = window
    }

    /// What the authority has said of when to renew a certificate.
    func knownWindow(of identity: StoredIdentity) -> RenewalWindow? { windows[identity.leaf.serialNumber] }

    /// Asks it. Any holder may ask for any certificate.
    /// - Parameter asker: asks, unless another has a connection: a new identity is no reason for a handshake.
    func window(
        of identity: StoredIdentity, askedBy asker: StoredIdentity
    ) async throws(AdministrationFailure) -> RenewalWindow {
        let serial = identity.leaf.serialNumber
        let connected = short.flatMap { Date() <= $0.identity.leaf.notAfter ? $0.identity : nil }
        let answer = try await ask(ShowRenewal(serial: serial.description), as: connected ?? asker)
        windows[serial] = answer.suggestedWindow
        return answer.suggestedWindow
    }

    /// Short questions share a connection as long as the same identity asks.
    func ask<Operation: AdministrativeOperation>(
        _ operation: Operation, as identity: StoredIdentity
    ) async throws(AdministrationFailure) -> Operation.Answer {
        var failure = AdministrationFailure(.unreachable, what: "no address of the authority is known")
        for _ in link.addresses {
            let client: HTTPSClient
            if let short, short.identity.leaf == identity.leaf {
                client = short.client
            } else {
                client = try link.client(to: link.addresses[place], as: identity)
                short = (identity, client)
            }
            do {
                return try await RemoteAdministration(client).perform(operation)
            } catch {
                // Whatever it was, the next question begins anew; others may have begun already.
                if short?.client === client { short = nil }
                guard !error.isAnswer else { throw error }
                place = (place + 1) % link.addresses.count
                failure = error
            }
        }
        throw failure
    }

    // MARK: Listening

    /// Asks once, for the start of an end: what is on the disk may be old.
    func refresh(as identity: StoredIdentity) async throws(AdministrationFailure) -> Bool {
        var limits = HTTPSLimits()
        limits.bodyOctets = Self.largestTrust
        let answer = try await link.perform(ShowTrust(known: heard?.version), as: identity, within: limits)
        return try take(answer)
    }

    /// 128 MiB: more than a million revocations.
    private static let largestTrust = 1 << 27

    /// What an end says of itself with each question.
    struct Words: Sendable {
        let end: EndID
        let name: String
        /// The change counter of what its event loops judge by; nil: nothing is in force yet.
        let confirmed: UInt64?
        let connections: Int
        /// How many rest on each certificate.
        let serials: [String: Int]
    }

    /// In seconds: an end that is silent longer is not counted on. An answer is held back for 20 s at most, and where one
    /// address fails another is asked; what is longer is an outage.
    static let promise = 90

    /// Hears of changes as they happen until the task is cancelled.
    ///
    /// What was heard is in force before the next question, which says so: `report` returns when it is.
    /// - Parameters:
    ///   - identity: who asks: one of this machine's that is live, and the one that asked last where it still is.
    ///   - words: what the end says of itself; nil: it has nothing to say, and only hears.
    func listen(
        as identity: @Sendable (IdentityName?) async -> StoredIdentity?, saying words: @Sendable () async -> Words?,
        report: @Sendable (News) async -> Void
    ) async {
        var held: (leaf: Certificate, administration: RemoteAdministration)?
        var asker: IdentityName?
        var address = 0
        var failures = 0
        var told = Self.loudSilence / 2
        while !Task.isCancelled {
            guard let identity = await identity(asker), !link.addresses.isEmpty else {
                try? await Task.sleep(for: .seconds(1))
                continue
            }
            asker = identity.name
            do throws(AdministrationFailure) {
                if held?.leaf != identity.leaf {
                    held = (identity.leaf, RemoteAdministration(try listener(address, as: identity)))
                }
                guard let held else { continue }
                let before = heard?.heardAt
                let wait = failures > 0 ? 0 : lacksPolicy ? Self.policyPause : ShowTrust.longestWait
                let answer = try await ask(held.administration, await words(), wait: wait)
                let policyBefore = heard?.trust.policy
                if try take(answer) { await report(.changed) }
                if let known = policyBefore, let now = heard?.trust.policy, now != known, !now.follow(known) {
                    await report(.policyWentBack(now, known: known))
                }
                // After what is revoked is in force: that waits for nothing.
                if lacksPolicy { await askForPolicy(held.administration, report: report) }
                if failures > 0, let before, told >= Self.loudSilence {
                    await report(.back(after: Date().timeIntervalSince(before)))
                }
                (failures, told) = (0, Self.loudSilence / 2)
            } catch {
                held = nil
                failures += 1
                address = (address + 1) % link.addresses.count
                let silence = Date().timeIntervalSince(heard?.heardAt ?? paired.pairedAt)
                if silence >= told * 2 {
                    told = silence
                    await report(.silent(seconds: silence, because: error.why ?? error.what))
                }
                // Full jitter, from half a second to a minute: a herd does not come back in step.
                let ceiling = min(60, pow(2, Double(min(failures, 7))))
                try? await Task.sleep(for: .seconds(0.5 + Double.random(in: 0...ceiling)))
            }
        }
    }

    private func ask(
        _ administration: RemoteAdministration, _ words: Words?, wait: Int
    ) async throws(AdministrationFailure) -> TrustAnswer {
        let known = wantsWhole ? nil : heard?.version
        guard let words else { return try await administration.perform(ShowTrust(known: known, wait: wait)) }
        return try await administration.perform(
            FollowTrust(
                known: known, wait: wait, end: words.end, endName: words.name, promise: Self.promise,
                confirmed: words.confirmed, connections: words.connections, serials: words.serials))
    }

    /// Says that an end stops, so that nobody waits for it.
    func leave(_ end: EndID, as identity: StoredIdentity) async {
        _ = try? await ask(LeaveTrust(end: end), as: identity)
    }

    private func listener(
        _ address: Int, as identity: StoredIdentity
    ) throws(AdministrationFailure) -> HTTPSClient {
        var limits = HTTPSLimits()
        limits.bodyOctets = Self.largestTrust
        // The answer is held back on purpose.
        limits.silence = .seconds(Int64(ShowTrust.longestWait) + 15)
        return try link.client(to: link.addresses[address], as: identity, within: limits)
    }

    /// True when something else is to be believed than before.
    func take(_ answer: TrustAnswer) throws(AdministrationFailure) -> Bool {
        let now = Date()
        if let trust = answer.trust, trust.trustDomain == paired.trustDomain {
            // A store that was put back forgets revocations; here they stay.
            guard trust.changeCounter >= heard?.trust.changeCounter ?? 0 else {
                throw AdministrationFailure(
                    .conflict, what: "the authority has gone back to an earlier day",
                    why:
                        "it counts \(trust.changeCounter) revocations, and \(heard?.trust.changeCounter ?? 0) are known"
                )
            }
            let before = heard
            if trust.since == nil {
                heard = HeardTrust(version: answer.version, whole: trust, heardAt: now)
            } else if let next = heard?.following(trust, as: answer.version, heardAt: now) {
                heard = next
            } else {
                // A gap, or another history: what is known stays in force until the whole is here.
                wantsWhole = true
                return false
            }
            wantsWhole = false
            takeRoots(trust)
            keep(at: now, after: trust)
            return before?.trust != heard?.trust
        }
        guard answer.version == heard?.version else { return false }
        heard?.heardAt = now
        // Once a minute: that it still holds is worth less than the wear.
        if now > notedAt + 60 { keep(at: now, after: nil) }
        return isStale
    }

    /// A root is taken up on the word of one that is believed, and forgotten when the authority believes it no more. Where
    /// nobody vouches for any of them, those that were believed stay.
    private func takeRoots(_ trust: TrustStatement) {
        let believed = trust.anchors(knowing: roots.believed)
        guard !believed.isEmpty, roots.take(believed) else { return }
        // The next question is asked by them.
        short = nil
    }

    /// Until when the certificates of issuing authorities that were compromised are to be replaced, by their keys' fingerprints.
    var replacements: [String: Date] {
        Dictionary((heard?.trust.replaced ?? []).map { ($0.issuerKey, $0.by) }) { first, _ in first }
    }

    /// - Parameter step: what came, whole or as changes; nil: it still holds.
    private func keep(at now: Date, after step: TrustStatement?) {
        guard let heard else { return }
        notedAt = now
        // What cannot be written is heard again after a restart.
        if let step, step.since == nil {
            try? folder.note(heard)
        } else {
            try? folder.note(heard, after: step)
        }
    }
}
