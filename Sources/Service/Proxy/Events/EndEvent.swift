public import Foundation

/// Which of the two ends of a mutually proved connection speaks.
public enum EndRole: String, Codable, Sendable {
    /// In front of a service: its peers are clients.
    case protect
    /// A door to a service: its peer is that service.
    case reach
}

/// Something that happened at an end. Encodes as one flat object whose `event_type` names the case.
///
/// Indirect: it is handed on and kept in several places, and a copy is one reference instead of all that a connection's facts
/// refer to.
public indirect enum EndEvent: Sendable, Encodable {
    case listening(service: String, role: EndRole, address: String)
    /// Each end has proved itself to the other and the rule lets the peer pass; bytes may flow.
    case accepted(ConnectionFacts)
    /// Nothing of the peer went further; one for each refused connection.
    case refused(RefusalFacts)
    /// The peer was proved, or is still to be, but there was nobody to connect it to.
    case backendFailed(BackendFailureFacts)
    case closed(ClosedFacts)
    /// One that was refused; where the service tells all of them, any.
    case request(RequestFacts)
    /// New trust is in force on every event loop and each live connection has been judged by it.
    case trustReplaced(service: String, role: EndRole, epoch: UInt64, closed: Int)
    /// Descriptors ran out; accepting rests until some are free.
    case acceptPaused(service: String, role: EndRole, because: String)
    case acceptResumed(service: String, role: EndRole)
    /// More come than can be served: those who waited for so many seconds and longer are turned away, unread. They are counted,
    /// and not told of one by one.
    case overloaded(service: String, role: EndRole, waiting: Double)
    /// All who come are served again.
    case relieved(service: String, role: EndRole, turnedAway: UInt64)
    /// Somebody has set the clock by more than is plausible: rules that ask for a time or an age allow nothing, and deny in
    /// doubt.
    case clockDoubted(service: String, role: EndRole)
    case clockBelieved(service: String, role: EndRole)
    case stopped(service: String, role: EndRole)

    /// The case as operators and programs read it.
    public var name: String {
        switch self {
        case .listening: "listening"
        case .accepted: "accepted"
        case .refused: "refused"
        case .backendFailed: "backendFailed"
        case .closed: "closed"
        case .request(let facts): facts.isRefused ? "requestRefused" : "request"
        case .trustReplaced: "trustReplaced"
        case .acceptPaused: "acceptPaused"
        case .acceptResumed: "acceptResumed"
        case .overloaded: "overloaded"
        case .relieved: "relieved"
        case .clockDoubted: "clockDoubted"
        case .clockBelieved: "clockBelieved"
        case .stopped: "stopped"
        }
    }

    private enum CodingKeys: String, CodingKey {
        case event = "event_type"
        case service, role, address, epoch, closed, because, waiting, turnedAway
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(name, forKey: .event)
        switch self {
        case .accepted(let facts): try facts.encode(to: encoder)
        case .refused(let facts): try facts.encode(to: encoder)
        case .backendFailed(let facts): try facts.encode(to: encoder)
        case .closed(let facts): try facts.encode(to: encoder)
        case .request(let facts): try facts.encode(to: encoder)
        case .listening(let service, let role, let address):
            try object.encode(service, forKey: .service)
            try object.encode(role, forKey: .role)
            try object.encode(address, forKey: .address)
        case .trustReplaced(let service, let role, let epoch, let closed):
            try object.encode(service, forKey: .service)
            try object.encode(role, forKey: .role)
            try object.encode(epoch, forKey: .epoch)
            try object.encode(closed, forKey: .closed)
        case .acceptPaused(let service, let role, let reason):
            try object.encode(service, forKey: .service)
            try object.encode(role, forKey: .role)
            try object.encode(reason, forKey: .because)
        case .overloaded(let service, let role, let waiting):
            try object.encode(service, forKey: .service)
            try object.encode(role, forKey: .role)
            try object.encode(waiting, forKey: .waiting)
        case .relieved(let service, let role, let turnedAway):
            try object.encode(service, forKey: .service)
            try object.encode(role, forKey: .role)
            try object.encode(turnedAway, forKey: .turnedAway)
        case .acceptResumed(let service, let role), .clockDoubted(let service, let role),
            .clockBelieved(let service, let role), .stopped(let service, let role):
            try object.encode(service, forKey: .service)
            try object.encode(role, forKey: .role)
        }
    }
}

/// A peer that may pass and had nowhere to go.
public struct BackendFailureFacts: Sendable, Encodable {
    public let id: UInt64
    public let service: String
    public let role: EndRole
    /// Where the connection was to go.
    public let target: String
    public let explanation: String
    public let at: Date
}

/// How a live connection ended, and all that is known of it.
public struct ClosedFacts: Sendable {
    /// Under the rule by which it lived last.
    public let facts: ConnectionFacts
    /// The last word that the peer was told; nil when none was.
    public let alert: String?
    /// One word for counting: `finished`, `revoked`, `expired`, `policy`, `reset`, …
    public let reason: String
    public let explanation: String
    /// Application data from the client towards the service, in bytes.
    public let bytesUp: UInt64
    /// Application data from the service towards the client, in bytes.
    public let bytesDown: UInt64
    /// From proof to close, in seconds.
    public let seconds: Double
    public let at: Date
}

extension ClosedFacts: Encodable {
    private enum CodingKeys: String, CodingKey {
        case alert, reason, explanation, bytesUp, bytesDown, seconds, at
    }

    public func encode(to encoder: any Encoder) throws {
        try facts.encode(to: encoder)
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encodeIfPresent(alert, forKey: .alert)
        try object.encode(reason, forKey: .reason)
        try object.encode(explanation, forKey: .explanation)
        try object.encode(bytesUp, forKey: .bytesUp)
        try object.encode(bytesDown, forKey: .bytesDown)
        try object.encode(seconds, forKey: .seconds)
        try object.encode(at, forKey: .at)
    }
}
