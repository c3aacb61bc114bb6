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
        var serialNumbers = SerialNumberSource(random: random)
        let notBefore = (now - IssuingAuthority.backdating.wholeSeconds).cutToSecond
        let rootName = try name("Root", rootKey)
        let root = try certificate(
            of: .root, rootName, key: rootKey, serialNumbers: &serialNumbers,
            validity: (notBefore, (now + configuration.rootLife.wholeSeconds).cutToSecond),
            issuer: LintIssuer(selfSigned: rootName, key: rootKey.publicKey, signingWith: rootKey.signatureAlgorithm))
        guard let issuer = LintIssuer(root, signingWith: rootKey.signatureAlgorithm) else {
            throw .keyKind(rootKey.publicKey.kind)
        }
        let issuing = try certificate(
            of: .issuing, try name("Issuing", issuingKey), key: issuingKey, serialNumbers: &serialNumbers,
            validity: (notBefore, min((now + configuration.issuingLife.wholeSeconds).cutToSecond, root.notAfter)),
            issuer: issuer)
        let record = AuthorityRecord(
            configuration: configuration, rootCertificate: root.der, issuingCertificate: issuing.der,
            auditKey: auditKey.publicKey.subjectPublicKeyInfo, createdAt: now)
        return (record, .created(configuration, root, issuing, audit: auditKey.publicKey, actor: actor, at: now))
    }

    /// `Root 1a2b3c4d5e6f7a8b`: part of the key's fingerprint keeps the names of successive authorities apart.
    private func name(_ role: String, _ key: SigningKey) throws(IssuanceFailure) -> DistinguishedName {
        do {
            return try DistinguishedName(
                commonName: "\(role) \(key.publicKey.fingerprint.description.prefix(16))",
                organization: configuration.organisation)
        } catch {
            throw .certificate(error)
        }
    }

    private func certificate(
        of profile: CertificateProfile, _ subject: DistinguishedName, key: SigningKey,
        serialNumbers: inout SerialNumberSource, validity: (notBefore: Date, notAfter: Date), issuer: LintIssuer
    ) throws(IssuanceFailure) -> Certificate {
        guard case .authority(let pathLength) = profile.role else { throw .profileIsNotForLeaves(profile.name) }
        let serialNumber: SerialNumber
        do throws(CertificateFailure) {
            serialNumber = try serialNumbers.next()
        } catch {
            throw .certificate(error)
        }
        let tbs = profile.authority(
            subject, key: key.publicKey, pathLength: pathLength, of: configuration.trustDomain,
            serialNumber: serialNumber, validity: validity, issuer: issuer)
        let linted = try Lint.pass(tbs, against: profile, issuer: issuer, configuration: configuration)
        let signing = CertificateSigning(signer: issuer.isSelfSigned ? key : rootKey, faults: .none)
        return try signing.release(try signing.sign(IssuancePermit(for: linted)), linted: linted)
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
