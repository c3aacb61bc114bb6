import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames

/// The entries that issuance and revocation leave. Values are text, so that a reader needs no schema.
extension AuditEvent {
    static func intended(_ intent: IssuanceIntent) -> AuditEvent {
        AuditEvent(
            .certificateIntended, at: intent.at, actor: intent.actor, subject: intent.identity,
            details: [
                "serial": intent.serialNumber.description, "profile": intent.profile,
                "names": intent.names.joined(separator: " "), "key": intent.publicKey.description,
                "notBefore": CertificateTime(intent.notBefore).description,
                "notAfter": CertificateTime(intent.notAfter).description,
            ])
    }

    static func issued(_ certificate: Certificate, _ request: AuthorizedRequest, at now: Date) -> AuditEvent {
        AuditEvent(
            .certificateIssued, at: now, actor: request.actor, subject: request.identity.description,
            details: [
                "serial": certificate.serialNumber.description, "profile": request.profile.name.rawValue,
                "fingerprint": certificate.fingerprint.description,
            ])
    }

    static func abandoned(
        _ serialNumber: SerialNumber, because cause: String, actor: String, at now: Date
    ) -> AuditEvent {
        AuditEvent(
            .issuanceAbandoned, at: now, actor: actor, subject: serialNumber.description,
            details: ["serial": serialNumber.description, "because": cause])
    }

    static func refused(_ request: IssuanceRequest, because cause: String, at now: Date) -> AuditEvent {
        AuditEvent(
            .issuanceRefused, at: now, actor: request.actor, subject: request.name,
            details: [
                "profile": request.profile.rawValue, "because": cause, "key": request.publicKey.fingerprint.description,
                "names": request.names.map(\.description).joined(separator: " "),
            ])
    }
}
