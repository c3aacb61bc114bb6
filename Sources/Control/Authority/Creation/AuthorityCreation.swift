public import Foundation
import SymbolonAudit
import SymbolonCertificates
public import SymbolonKeys
import SymbolonNames

/// Begins an authority: a root, an issuing certificate under it, and the first line of the audit record.
///
/// The two certificates go through the same build, lint, permit, sign and compare as every leaf. They are stored before
/// anything else can be issued; until then nobody knows of them.
public struct AuthorityCreation: Sendable {
    public let configuration: AuthorityConfiguration
    public let rootKey: SigningKey
    public let issuingKey: SigningKey
    public let auditKey: SigningKey

    /// Makes new keys of the configured kind; the audit key is always Ed25519. The caller stores them, sealed, before
    /// `run`.
    public init(_ configuration: AuthorityConfiguration) {
        self.configuration = configuration
        rootKey = .make(configuration.keyAlgorithm)
        issuingKey = .make(configuration.keyAlgorithm)
        auditKey = .make(.ed25519)
    }

    /// Makes the certificates and stores them. `alreadyCreated` when the store has an authority.
    public func run(
        in store: any AuthorityStore, actor: String, at now: Date,
        random: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) async throws(AuthorityFailure) -> AuthorityRecord {
        let sealer: AuditSealer
        do {
            sealer = try AuditSealer(key: auditKey)
        } catch {
            throw .audit(error)
        }
        let record: AuthorityRecord
        let event: AuditEvent
        do throws(IssuanceFailure) {
            (record, event) = try certify(actor: actor, at: now, random: random)
        } catch {
            throw .issuance(error)
        }
        do {
            try await store.create(record, audit: AuditAppend(event, sealedBy: sealer))
        } catch {
            throw .store(error)
        }
        return record
    }

    private func certify(
        actor: String, at now: Date, random: any RandomNumberGenerator & Sendable
    ) throws(IssuanceFailure) -> (AuthorityRecord, AuditEvent) {
        var making = IssuerMaking(configuration, at: now, random: random)
        let root = try making.root(rootKey)
        let issuing = try making.issuing(issuingKey.publicKey, below: root)
        let record = AuthorityRecord(
            configuration: configuration, rootCertificate: root.certificate.der, issuingCertificate: issuing.der,
            auditKey: auditKey.publicKey.subjectPublicKeyInfo, createdAt: now)
        return (
            record, .created(configuration, root.certificate, issuing, audit: auditKey.publicKey, actor: actor, at: now)
        )
    }
}

extension AuditEvent {
    fileprivate static func created(
        _ configuration: AuthorityConfiguration, _ root: Certificate, _ issuing: Certificate, audit: PublicKey,
        actor: String, at now: Date
    ) -> AuditEvent {
        AuditEvent(
            .authorityCreated, at: now, actor: actor, subject: configuration.trustDomain.description,
            details: [
                "root": root.fingerprint.description, "issuing": issuing.fingerprint.description,
                "auditKey": audit.fingerprint.description, "organisation": configuration.organisation,
            ])
    }
}
