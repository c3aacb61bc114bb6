import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonRevocation
import SymbolonStorage
import SymbolonVerification

/// What ends take from a home folder: identities, and the authority's store to look at. An authority's key is opened only
/// to issue, and let go after it.
struct EndsHome: Sendable {
    let folder: HomeFolder
    /// Opens the keys of identities; nil where all ends have files of their own.
    let passphrase: Passphrase?
    /// Nil: the home keeps identities, and their authority is elsewhere.
    let authority: ReadAuthority?
    /// The authority elsewhere that this machine was introduced to; nil where it never was, and where there is one here.
    let paired: PairedLink?
    /// For identities that came from ACME servers.
    let acme: ACMELink

    static func open(_ folder: HomeFolder, passphrase: Passphrase?) async throws -> EndsHome {
        let authority = LocalAuthority.exists(in: folder) ? try await ReadAuthority.open(folder) : nil
        return EndsHome(
            folder: folder, passphrase: passphrase, authority: authority,
            paired: authority == nil ? try PairedLink.open(folder) : nil, acme: ACMELink(folder))
    }

    var trustDomain: TrustDomain? { authority?.trustDomain ?? paired?.trustDomain }

    /// What the authority of this home has taken back, as far as it is known now.
    func revocations(at now: Date = Date()) async throws -> RevocationSnapshot {
        if let authority { return try await authority.revocations(at: now) }
        return await paired?.revocations(at: now) ?? .none
    }

    /// The roots of its authority that are believed now; nil where there is none.
    var believedRoots: [Certificate]? { authority?.roots.believed ?? paired?.roots.believed }

    /// Until when the certificates of issuing authorities that were compromised are to be replaced, by their keys' fingerprints.
    func replacements() async -> [String: Date] {
        if let paired { return await paired.replacements }
        guard let authority else { return [:] }
        var replacements: [String: Date] = [:]
        do throws(StoreFailure) {
            for issuer in try await authority.store.issuers() where issuer.isBelieved {
                replacements[issuer.key.description] = issuer.replacement?.by
            }
        } catch {
            return [:]
        }
        return replacements
    }

    /// The anchors of other domains that the authority vouches for now, each for its own domain.
    func federated(at now: Date = Date()) async throws(StoreFailure) -> [TrustAnchor] {
        if let authority { return try await authority.federated(at: now) }
        return await paired?.federated(at: now) ?? []
    }

    /// Whether all that an identity believes is the authority's of this home.
    func accounts(for identity: StoredIdentity) -> Bool {
        if let authority { return authority.roots.include(identity.anchors) }
        return paired?.accounts(for: identity) ?? false
    }

    /// Makes a key and certifies it, under the profile that fits what it is for.
    func issue(_ name: IdentityName, for role: EndRole) async throws -> StoredIdentity {
        let local = try await openForIssuing()
        let configuration = local.issuing.configuration
        switch role {
        case .protect:
            let names = ["\(name).\(configuration.trustDomain)", "localhost"].compactMap { try? DNSPattern($0) }
                .filter { pattern in configuration.permittedDNS.contains { pattern.base.isAtOrBelow($0) } }
            return try await local.issueIdentity(name, profile: .service, names: names.map { .dns($0) })
        case .reach:
            return try await local.issueIdentity(name, profile: .client)
        }
    }

    /// The same names, profile and life with a new key.
    func renew(_ identity: StoredIdentity) async throws -> StoredIdentity {
        if let origin = try acme.origin(of: identity.name) {
            guard let passphrase else { throw Complaint(sealed: identity.name) }
            return try await acme.renew(identity, origin, under: passphrase)
        }
        if let paired {
            guard let passphrase else { throw Complaint(sealed: identity.name) }
            return try await paired.renew(identity, under: passphrase)
        }
        let local = try await openForIssuing()
        guard let intent = try await local.store.certificate(identity.leaf.serialNumber)?.renewable else {
            throw Complaint(
                what: "identity \(identity.name) is not renewed",
                why: "this authority has no unrevoked record of certificate \(identity.leaf.serialNumber)")
        }
        let names = try intent.names.dropFirst().map { try SubjectName($0) }
        return try await local.issueIdentity(
            identity.name, profile: ProfileName(rawValue: intent.profile) ?? .client, names: names, life: intent.life,
            algorithm: identity.key.algorithm, replacing: identity.leaf.serialNumber)
    }

    /// True when the authority here issued this certificate and has not revoked it, or the one elsewhere, or the ACME server
    /// that it came from, can be asked.
    func canRenew(_ identity: StoredIdentity) async -> Bool {
        if isObtained(identity) { return true }
        if let paired { return paired.accounts(for: identity) }
        let record = try? await authority?.store.certificate(identity.leaf.serialNumber)
        return record?.certificate == identity.leaf.der && record?.renewable != nil
    }

    /// It came from an ACME server. An origin that does not read is told when it is to be renewed.
    func isObtained(_ identity: StoredIdentity) -> Bool {
        guard case .success(nil) = Result(catching: { () throws(HomeFailure) in try acme.origin(of: identity.name) })
        else { return true }
        return false
    }

    // MARK: When to renew

    /// Whether who issued it is elsewhere, and to be asked.
    func isToldWhen(_ identity: StoredIdentity) -> Bool { paired != nil || isObtained(identity) }

    /// What is known of when it is to be renewed. What an authority elsewhere suggests is asked for; the one here suggests
    /// the same of all.
    func knownWindow(of identity: StoredIdentity) async -> RenewalWindow? {
        if isObtained(identity) { return await acme.knownWindow(of: identity) }
        if let paired { return await paired.knownWindow(of: identity) }
        return CertificateLife(of: identity.leaf).suggestedWindow
    }

    /// Asks the ACME server that it came from, and in how many seconds to ask again where that is said; nil: nobody says.
    func obtainedWindow(
        of identity: StoredIdentity
    ) async throws -> (window: RenewalWindow, askAgainAfter: TimeInterval?)? {
        guard let origin = try acme.origin(of: identity.name) else { return nil }
        return try await acme.window(of: identity, origin)
    }

    private func openForIssuing() async throws -> LocalAuthority {
        guard let passphrase else {
            throw Complaint(
                what: "nothing can be issued", why: "the authority's keys stay sealed: there is no passphrase")
        }
        return try await LocalAuthority.open(folder, passphrase)
    }
}

extension Complaint {
    fileprivate init(sealed name: IdentityName) {
        self.init(what: "\(name) is not renewed", why: "its key stays sealed: there is no passphrase")
    }
}

extension IssuanceRecord {
    fileprivate var renewable: IssuanceIntent? {
        if case .issued = state { intent } else { nil }
    }
}

extension StoredIdentity {
    /// Of what signed its leaf, as far as the chain says.
    var issuingKey: KeyFingerprint? { chain.dropFirst().first?.publicKey?.fingerprint }
}
