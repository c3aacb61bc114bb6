import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonStorage
import SymbolonVerification

/// The authority in a home folder, opened to look: no key, no passphrase, nothing is changed.
struct ReadAuthority: Sendable {
    let store: AuthorityDatabase
    let record: AuthorityRecord
    let root: Certificate
    let issuing: Certificate
    /// As the last look at the store found them.
    let roots: KnownRoots
    /// What is revoked, kept by its changes.
    let revoked: RevocationMirror

    static func open(_ home: HomeFolder) async throws -> ReadAuthority {
        guard LocalAuthority.exists(in: home) else {
            throw Complaint(
                what: "there is no authority in \(home.path)", why: Complaint.noAuthority(home),
                mend: "make one: symbolon up --home \(home.path)", exit: .undecided)
        }
        do {
            let store = try await AuthorityDatabase.open(home.store(), mode: .readOnly)
            guard let record = try await store.authority() else { throw AuthorityFailure.notCreated }
            let issuers = try await store.issuers()
            return ReadAuthority(
                store: store, record: record, root: try Certificate(der: record.rootCertificate),
                issuing: try Certificate(der: record.issuingCertificate),
                roots: KnownRoots(
                    issuers.anchors, seen: issuers.filter { $0.role == .root }.map(\.certificate)),
                revoked: RevocationMirror(store))
        } catch {
            throw Complaint(opening: home, error)
        }
    }

    var trustDomain: TrustDomain { record.configuration.trustDomain }

    /// What is revoked now, for verifiers.
    func revocations(at now: Date = Date()) async throws -> RevocationSnapshot {
        let reflection = try await revoked.current()
        // After the counter: what it counts is in them.
        let all = try await store.issuers()
        roots.take(all.anchors)
        let issuers = Set(all.map(\.key))
        let others = try await federated(at: now).compactMap { $0.publicKey?.fingerprint }
        return reflection.snapshot(covering: issuers.union(others), at: now)
    }

    /// The anchors of the other authorities that are believed now, each for its own domain. That one has lost its issuing
    /// key, its operator tells ours, who ends the federation.
    func federated(at now: Date) async throws(StoreFailure) -> [TrustAnchor] {
        try await store.federations().filter { !$0.isOver(at: now) }.map(\.trustAnchor)
    }
}
