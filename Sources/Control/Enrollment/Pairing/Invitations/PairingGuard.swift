import Foundation
import SymbolonAudit
public import SymbolonAuthority
public import SymbolonKeys

/// Counts the tries at codes, before they are answered.
public struct PairingGuard: Sendable {
    let authority: IssuingAuthority
    let store: any InvitationStore

    public init(authority: IssuingAuthority, store: any InvitationStore) {
        self.authority = authority
        self.store = store
    }

    /// Takes a try and gives what to answer it with; nil for every number with nothing open, whatever the reason, and
    /// when the try cannot be counted.
    public func admit(_ number: Int, from address: String) async -> SPAKE2PlusRecord? {
        // 8: of four connections at most, for three tries, each can be overtaken by the others and by what they report.
        for _ in 0..<8 {
            guard var invitation = try? await store.invitation(number), let record = invitation.record,
                invitation.apply(.tried, at: authority.now) == .changed
            else { return nil }
            let tried = AuditEvent.invitation(
                .invitationTried, invitation, actor: "code \(number) from \(address)", at: authority.now,
                ["from": address, "tries left": String(invitation.triesLeft)])
            guard let stored = try? await store.put(invitation, audit: [authority.sealed(tried)]) else { return nil }
            if stored { return record }
        }
        return nil
    }

    /// How a try ended: one that proved the code is given back, one that did not is written down, and the third kills.
    /// - Parameters:
    ///   - record: what the try was answered with.
    ///   - failure: nil when the code was proved.
    public func ended(_ number: Int, record: SPAKE2PlusRecord, from address: String, failure: String?) async {
        for _ in 0..<8 {
            guard var invitation = try? await store.invitation(number), invitation.isAnswered(with: record) else {
                return
            }
            let now = authority.now
            guard invitation.apply(failure == nil ? .proved : .failed, at: now) == .changed else { return }
            var events: [AuditEvent] = []
            if let failure {
                let actor = "code \(number) from \(address)"
                events.append(
                    .invitation(
                        .invitationFailed, invitation, actor: actor, at: now,
                        ["from": address, "because": failure, "wrong tries": String(invitation.wrongTries)]))
                if invitation.state == .dead {
                    events.append(
                        .invitation(
                            .invitationDead, invitation, actor: actor, at: now,
                            ["because": "\(invitation.wrongTries) tries did not prove the code"]))
                }
            }
            if (try? await store.put(invitation, audit: events.map(authority.sealed))) ?? true { return }
        }
    }
}
