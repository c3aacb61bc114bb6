public import Foundation
internal import SymbolonNames
internal import SymbolonTransport
internal import SymbolonVerification

/// One refusal, as the operator learns it: which check, which value, what to do.
public struct RefusalFacts: Equatable, Sendable, Encodable {
    /// What kind of check refused.
    public enum Stage: String, Codable, Sendable {
        /// The TLS handshake: no certificate, plain text, silence, a version too old.
        case handshake
        /// The peer's certificate path, names, purpose or revocation.
        case verification
        /// The peer is who it says, and no rule allows it.
        case policy
        /// This end's own limits, its clock among them.
        case limit
    }

    public let service: String
    public let role: EndRole
    /// The peer's address; empty when the socket was gone before it could be asked.
    public let address: String
    public let stage: Stage
    /// One word for counting and for programs: `expired`, `revoked`, `noCertificate`, `policy`, …
    public let reason: String
    /// The clause that the check keeps: `RFC 5280 §6.1.3(a)(2)`; empty when there is none.
    public let clause: String
    /// Which certificate: `leaf`, `intermediate 1`, `anchor`, `path`; empty outside verification.
    public let place: String
    /// Who was refused, as far as its certificate says; it is not proved.
    public let subject: String
    /// One line: which check, which value, against what.
    public let explanation: String
    /// One line: what to do.
    public let remedy: String
    /// The alert that the peer was sent; nil when none was.
    public let alert: String?
    public let at: Date
}

extension RefusalFacts {
    init(_ cause: RefusalCause, service: String, role: EndRole, address: String, at: Date, isAlertSent: Bool) {
        self.service = service
        self.role = role
        self.address = address
        self.at = at
        stage = cause.stage
        reason = cause.reason
        explanation = cause.explanation
        remedy = cause.remedy
        alert = isAlertSent ? cause.alert?.description : nil
        switch cause {
        case .verification(let refusal):
            clause = refusal.clause
            place = refusal.place.description
            subject = refusal.subject
        case .policy(let identity, because: _, rule: _):
            clause = ""
            place = ""
            subject = identity.description
        case .clockBehind, .handshake, .lost, .gaveWay, .tooManyConnections:
            clause = ""
            place = ""
            subject = ""
        }
    }
}

extension RefusalCause {
    /// What our own verdict told the peer; the alerts of a handshake that fails by itself are the TLS library's affair.
    var alert: TLSAlert? {
        switch self {
        case .verification, .policy, .clockBehind: TLSAlert(for: self)
        case .handshake, .lost, .gaveWay, .tooManyConnections: nil
        }
    }

    var stage: RefusalFacts.Stage {
        switch self {
        case .verification: .verification
        case .policy: .policy
        case .handshake, .lost: .handshake
        case .clockBehind, .gaveWay, .tooManyConnections: .limit
        }
    }

    var reason: String {
        switch self {
        case .verification(let refusal): refusal.reason
        case .policy: "policy"
        case .clockBehind: "clockBehind"
        case .handshake(let failure): failure.reason
        case .lost: "connectionLost"
        case .gaveWay: "gaveWay"
        case .tooManyConnections: "tooManyConnections"
        }
    }

    var explanation: String {
        switch self {
        case .verification(let refusal):
            refusal.explanation
        case .policy(let identity, let because, rule: _):
            "\(identity) is proved, but \(because)"
        case .clockBehind(let now, let notBefore):
            "this machine's clock says \(now.formatted(.iso8601)), and its own certificate begins on "
                + "\(notBefore.formatted(.iso8601)): who has ended since then would be let in"
        case .handshake(let failure):
            failure.explanation
        case .lost(let reason):
            "the connection was lost before the handshake was done: \(reason)"
        case .gaveWay:
            "the handshake was unfinished and the oldest when a newcomer needed its place"
        case .tooManyConnections(let limit):
            "\(limit) connections are live, which is the limit"
        }
    }

    var remedy: String {
        switch self {
        case .verification(let refusal): refusal.remedy
        case .policy(let identity, because: _, rule: nil):
            "if it may pass, allow it by name (--allow \(identity)), or by a rule of the policy"
        case .policy(_, because: _, rule: .some):
            "if it may pass, change the rule: symbolon policy explain shows all of them"
        case .clockBehind: "set the clock of this machine right"
        case .handshake(let failure): failure.remedy
        case .lost: "nothing here; see what stands between the two ends if it happens often"
        case .gaveWay: "find who opens connections and does not finish the handshake"
        case .tooManyConnections: "raise the limit of connections if this machine can carry more"
        }
    }
}
