public import Foundation
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonTransport
internal import SymbolonVerification
package import SymbolonWire

/// One refusal, as the operator learns it: which check, which value, what to do.
public struct RefusalFacts: Equatable, Sendable {
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

    /// Whether it was the peer's own doing.
    public enum Fault: String, Codable, Sendable {
        /// What it sent proves nothing, whatever else is the case: no certificate, a stranger's authority, a key that it does
        /// not hold, no TLS at all. This is what may be counted against an address.
        case peer
        /// This end's own: a limit, its clock, its certificate, or that it does not know who is revoked.
        case here
        /// Nobody can say from here: it went away, or was slow, or its time is not ours; or it is proved, and not permitted.
        case unclear
    }

    /// Unique among the connections of one end while the process lives.
    public let id: UInt64
    public let service: String
    public let role: EndRole
    public let flow: Flow
    public let stage: Stage
    public let fault: Fault
    /// One word for counting and for programs: `expired`, `revoked`, `noCertificate`, `policy`, …
    public let reason: String
    /// The clause that the check keeps: `RFC 5280 §6.1.3(a)(2)`; empty when there is none.
    public let clause: String
    /// Which certificate: `leaf`, `intermediate 1`, `anchor`, `path`; empty outside verification.
    public let place: String
    /// Who was refused, as far as its certificate says; it is not proved.
    public let subject: String
    /// What it showed as its own, in DER; nil: nothing. It is not proved either.
    let certificate: [UInt8]?
    /// Nil unless it was proved, and not permitted.
    let proved: ProvedFacts?
    /// The host name that it asked for, or was asked for.
    public let serverName: String?
    /// One line: which check, which value, against what.
    public let explanation: String
    /// One line: what to do.
    public let remedy: String
    /// The alert that the peer was sent; nil when none was.
    public let alert: String?
    public let at: Date
}

extension RefusalFacts {
    init(
        _ cause: RefusalCause, id: UInt64, service: String, role: EndRole, flow: Flow, presented: PresentedPeer?,
        at: Date,
        isAlertSent: Bool
    ) {
        self.id = id
        self.service = service
        self.role = role
        self.flow = flow
        self.at = at
        certificate = presented?.chain.first
        serverName = presented?.serverName
        proved = if case .policy(let proved, because: _, rule: _) = cause { proved } else { nil }
        stage = cause.stage
        fault = cause.fault
        reason = cause.reason
        explanation = cause.explanation
        remedy = cause.remedy
        alert = isAlertSent ? cause.alert?.description : nil
        switch cause {
        case .verification(let refusal):
            clause = refusal.clause
            place = refusal.place.description
            subject = refusal.subject
        case .policy(let proved, because: _, rule: _):
            clause = ""
            place = ""
            subject = proved.identity.description
        case .clockBehind, .handshake, .lost, .gaveWay, .tooManyConnections:
            clause = ""
            place = ""
            subject = ""
        }
    }
}

extension RefusalFacts {
    /// The peer's address; empty when the socket was gone before it could be asked.
    public var address: String { (role == .protect ? flow.source : flow.destination)?.text ?? "" }
}

/// In this order: what a peer can choose stands behind what it cannot, so that a reader of lines needs no more than their
/// beginning.
extension RefusalFacts: JSONMembers {
    package func write(to object: inout JSONText) {
        object.member("role", role.rawValue)
        object.member("stage", stage.rawValue)
        object.member("fault", fault.rawValue)
        object.member("reason", reason)
        flow.write(to: &object)
        object.member("address", address)
        object.member("service", service)
        object.member("id", id)
        object.member("clause", clause)
        object.member("place", place)
        object.member("alert", alert)
        object.member("at", at)
        object.member("certificate", certificate.map { CertificateFingerprint($0).description })
        object.member("serverName", serverName)
        object.member("subject", subject)
        object.member("explanation", explanation)
        object.member("remedy", remedy)
        proved?.write(to: &object)
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

    static let tooMany = "tooManyConnections"
    /// Counted, and told once for all of them: `EndEvent.overloaded`.
    static let overload = "overload"

    var stage: RefusalFacts.Stage {
        switch self {
        case .verification: .verification
        case .policy: .policy
        case .handshake, .lost: .handshake
        case .clockBehind, .gaveWay, .tooManyConnections: .limit
        }
    }

    var fault: RefusalFacts.Fault {
        switch self {
        case .verification(let refusal):
            switch refusal.failure {
            case .revocationUnknown: .here
            // Either clock may be the wrong one, and what was believed yesterday may be honest still.
            case .expired, .notYetValid, .anchorWithdrawn: .unclear
            default: .peer
            }
        case .handshake(let failure): failure.fault
        case .clockBehind, .tooManyConnections: .here
        case .policy, .lost, .gaveWay: .unclear
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
        case .tooManyConnections: Self.tooMany
        }
    }

    var explanation: String {
        switch self {
        case .verification(let refusal):
            refusal.explanation
        case .policy(let proved, let because, rule: _):
            "\(proved.identity) is proved, but \(because)"
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
        case .policy(let proved, because: _, rule: nil):
            "if it may pass, allow it by name (--allow \(proved.identity)), or by a rule of the policy"
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
