import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys

/// The entries that the ACME server leaves. Issuance and revocation leave their own, whose actor names account and order.
extension AuditEvent {
    static func acmeAccountCreated(_ account: ACMEAccount, at now: Date) -> AuditEvent {
        var details = [
            "key": account.key.fingerprint.description, "contacts": account.contacts.joined(separator: " "),
            "from": account.createdFrom,
        ]
        if let key = account.externalAccount { details["externalAccountKey"] = key }
        return AuditEvent(
            .acmeAccountCreated, at: now, actor: account.actor, subject: account.id.description, details: details)
    }

    static func acmeKeyChanged(from account: ACMEAccount, to next: ACMEAccount, at now: Date) -> AuditEvent {
        AuditEvent(
            .acmeKeyChanged, at: now, actor: account.actor, subject: account.id.description,
            details: [
                "from": account.key.fingerprint.description, "to": next.key.fingerprint.description,
            ])
    }

    static func acmeAccountDeactivated(_ account: ACMEAccount, actor: String, at now: Date) -> AuditEvent {
        AuditEvent(
            .acmeAccountDeactivated, at: now, actor: actor, subject: account.id.description,
            details: ["status": account.status.rawValue])
    }

    static func acmeOrderCreated(_ order: ACMEOrder, at now: Date) -> AuditEvent {
        var details = [
            "identifiers": order.identifiers.map(\.description).joined(separator: " "), "profile": order.profile,
        ]
        if let replaces = order.replaces { details["replaces"] = replaces.description }
        return AuditEvent(
            .acmeOrderCreated, at: now, actor: "acme account \(order.account)", subject: order.id.description,
            details: details)
    }

    /// What was proved, how, and where it was seen.
    static func acmeAuthorizationValidated(
        _ authorization: ACMEAuthorization, _ account: ACMEAccount, _ attempt: ACMEAuthorization.Attempt,
        _ seen: ValidationEvidence, at now: Date
    ) -> AuditEvent {
        var details = seen.details
        details["authorization"] = authorization.id.description
        details["challenge"] = attempt.kind.rawValue
        details["looks"] = "\(attempt.number)"
        details["seenAt"] = seen.place
        return AuditEvent(
            .acmeAuthorizationValidated, at: now, actor: account.actor, subject: authorization.identifier.description,
            details: details)
    }

    static func acmeAuthorizationFailed(
        _ authorization: ACMEAuthorization, _ account: ACMEAccount, _ attempt: ACMEAuthorization.Attempt,
        _ problem: ACMEProblem, at now: Date
    ) -> AuditEvent {
        AuditEvent(
            .acmeAuthorizationFailed, at: now, actor: account.actor, subject: authorization.identifier.description,
            details: [
                "authorization": authorization.id.description, "challenge": attempt.kind.rawValue,
                "looks": "\(attempt.number)", "problem": problem.kind.rawValue, "because": problem.detail,
            ])
    }

    static func acmeAuthorizationDeactivated(
        _ authorization: ACMEAuthorization, _ account: ACMEAccount, at now: Date
    ) -> AuditEvent {
        AuditEvent(
            .acmeAuthorizationDeactivated, at: now, actor: account.actor,
            subject: authorization.identifier.description,
            details: ["authorization": authorization.id.description])
    }

    static func externalAccountKey(
        _ kind: AuditEventKind, _ key: ExternalAccountKey, actor: String, at now: Date
    ) -> AuditEvent {
        AuditEvent(kind, at: now, actor: actor, subject: key.id)
    }
}
