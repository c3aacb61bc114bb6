import Foundation
import SymbolonAudit
import SymbolonAuthority

/// What becomes of invitations, for the record. The words are in none of it.
extension AuditEvent {
    static func invitation(
        _ kind: AuditEventKind, _ invitation: Invitation, actor: String, at now: Date, _ details: [String: String] = [:]
    ) -> AuditEvent {
        var all = details
        all["invitation"] = String(invitation.number)
        switch invitation.purpose {
        case .identity(let invited): all["profile"] = invited.profile.rawValue
        case .federation: all["profile"] = "federation"
        }
        return AuditEvent(kind, at: now, actor: actor, subject: invitation.purpose.subject, details: all)
    }
}

extension Invitation.Purpose {
    /// Whom it is for, in a word.
    public var subject: String {
        switch self {
        case .identity(let invited): invited.name
        case .federation: "federation"
        }
    }
}
