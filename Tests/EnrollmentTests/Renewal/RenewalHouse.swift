import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonEnrollment
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonVerification

/// An authority, its renewal desk, and the holders of its certificates.
struct RenewalHouse: Sendable {
    let store = InMemoryStore()
    let clock = ManualClock()
    let authority: IssuingAuthority
    let desk: RenewalDesk

    init(policy: RenewalPolicy = RenewalPolicy(), configuration: AuthorityConfiguration? = nil) async throws {
        let (store, clock) = (store, clock)
        let creation = AuthorityCreation(
            try configuration ?? AuthorityConfiguration(trustDomain: TrustDomain("example.internal")))
        _ = try await creation.run(in: store, actor: "operator", at: noon)
        authority = try await IssuingAuthority.open(
            store, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey), clock: { clock.now })
        desk = RenewalDesk(authority, store: store, policy: policy, clock: { clock.now })
    }

    /// What an operator gives out.
    func issue(
        _ name: String, _ profile: ProfileName = .client, names: [SubjectName] = [], life: Duration? = nil,
        key: String? = nil
    ) async throws -> Holder {
        let key = TestKeys.key(key ?? "key of \(name)")
        let issued = try await authority.issue(
            IssuanceRequest(
                profile: profile, name: name, names: names, publicKey: key.publicKey, life: life, actor: "operator"))
        return Holder(issued: issued, key: key)
    }

    /// What a connection from this holder proves now.
    func proof(_ holder: Holder) async throws -> VerifiedPeer {
        let issuers = Set([authority.root, authority.issuing].compactMap { $0.publicKey?.fingerprint })
        let snapshot = try await RevocationMirror(store).current().snapshot(covering: issuers, at: clock.now)
        let anchor = TrustAnchor(authority.root, for: authority.configuration.trustDomain)
        return try Verifier(anchors: [anchor], revocation: snapshot).verify(
            PresentedChain(der: holder.issued.chain.map(\.der)), expecting: Expectation(.client, revocation: .required),
            at: clock.now)
    }

    func auditKinds() throws -> [AuditEventKind] { try store.snapshot.audit.map { try AuditEntry($0).event.kind } }
    func lastAudit() throws -> AuditEvent? { try store.snapshot.audit.last.map { try AuditEntry($0).event } }
}

/// A machine with a key and a certificate for it.
struct Holder: Sendable {
    let issued: IssuedCertificate
    let key: SigningKey

    var certificate: Certificate { issued.certificate }
    var names: [SubjectName] {
        get throws {
            try (certificate.extensions.subjectAlternativeNames ?? []).compactMap { try $0.subjectName() }
        }
    }

    /// The honest request: the same subject and names, a new key.
    func request(for key: SigningKey = TestKeys.key("renewed")) throws -> CertificateRequest {
        try CertificateRequest.make(subject: certificate.subject, names: names, key: key)
    }
}
