public import Foundation
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonCertificates
internal import SymbolonKeys
internal import SymbolonNames
internal import SymbolonRevocation
internal import SymbolonWire

extension AuthorityCertificateReport {
    public init(_ certificate: Certificate) {
        self.init(
            subject: certificate.subject.description, fingerprint: certificate.fingerprint.description,
            notBefore: certificate.notBefore, notAfter: certificate.notAfter,
            pem: PEM.render(label: "CERTIFICATE", certificate.der))
    }
}

extension CertificateReport {
    /// A record of the store, as it stands at `now`.
    public init(_ record: IssuanceRecord, at now: Date) {
        let intent = record.intent
        let certificate = record.certificate.flatMap { try? Certificate(der: $0) }
        let state: State
        var revocation: Revocation?
        switch record.state {
        case .intended: state = .intended
        case .issued: state = intent.notAfter < now ? .expired : .issued
        case .abandoned: state = .abandoned
        case .revoked(let found, certificate: _): (state, revocation) = (.revoked, found)
        }
        self.init(
            identity: intent.identity, profile: intent.profile, serial: intent.serialNumber.description, state: state,
            names: intent.names, notBefore: intent.notBefore, notAfter: intent.notAfter,
            key: certificate?.publicKey?.kind.description, keyFingerprint: intent.publicKey.description,
            certificateFingerprint: certificate?.fingerprint.description, revokedAt: revocation?.since,
            reason: revocation?.reason.rawValue, requestedBy: intent.actor)
    }

    /// What was issued just now.
    public init(_ issued: IssuedCertificate, requestedBy actor: String) {
        let certificate = issued.certificate
        let names = (certificate.extensions.subjectAlternativeNames ?? []).compactMap { try? $0.subjectName() }
        self.init(
            identity: issued.identity.description, profile: issued.profile.rawValue,
            serial: issued.serialNumber.description, state: .issued, names: names.map(\.description),
            notBefore: certificate.notBefore, notAfter: certificate.notAfter,
            key: certificate.publicKey?.kind.description,
            keyFingerprint: certificate.publicKey?.fingerprint.description ?? "",
            certificateFingerprint: certificate.fingerprint.description, revokedAt: nil, reason: nil,
            requestedBy: actor)
    }
}

extension AuditEntryReport {
    public init(_ entry: AuditEntry) {
        self.init(
            sequence: entry.sequence, at: entry.event.at, kind: entry.event.kind.rawValue,
            subject: entry.event.subject, actor: entry.event.actor, details: entry.event.details,
            hash: Hex.encode(entry.hash))
    }
}
