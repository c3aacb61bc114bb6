public import Foundation
package import SymbolonWire

/// Which of the two ends of a mutually proved connection speaks.
public enum EndRole: String, Codable, Sendable {
    /// In front of a service: its peers are clients.
    case protect
    /// A door to a service: its peer is that service.
    case reach
}

/// Something that happened at an end. As JSON it is one flat object whose `event_type` names the case.
///
/// Indirect: it is handed on and kept in several places, and a copy is one reference instead of all that a connection's facts
/// refer to.
public indirect enum EndEvent: Sendable {
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
}

extension EndEvent {
    /// One object on one line, without the time at which it was told.
    public var json: String {
        var text = JSONText()
        text.object(self)
        return String(decoding: text.bytes, as: UTF8.self)
    }
}

extension EndEvent: JSONMembers {
    package func write(to object: inout JSONText) {
        object.member("event_type", name)
        switch self {
        case .accepted(let facts): facts.write(to: &object)
        case .refused(let facts): facts.write(to: &object)
        case .backendFailed(let facts): facts.write(to: &object)
        case .closed(let facts): facts.write(to: &object)
        case .request(let facts): facts.write(to: &object)
        case .listening(let service, let role, let address):
            object.member("service", service)
            object.member("role", role.rawValue)
            object.member("address", address)
        case .trustReplaced(let service, let role, let epoch, let closed):
            object.member("service", service)
            object.member("role", role.rawValue)
            object.member("epoch", epoch)
            object.member("closed", closed)
        case .acceptPaused(let service, let role, let reason):
            object.member("service", service)
            object.member("role", role.rawValue)
            object.member("because", reason)
        case .overloaded(let service, let role, let waiting):
            object.member("service", service)
            object.member("role", role.rawValue)
            object.member("waiting", waiting)
        case .relieved(let service, let role, let turnedAway):
            object.member("service", service)
            object.member("role", role.rawValue)
            object.member("turnedAway", turnedAway)
        case .acceptResumed(let service, let role), .clockDoubted(let service, let role),
            .clockBelieved(let service, let role), .stopped(let service, let role):
            object.member("service", service)
            object.member("role", role.rawValue)
        }
    }
}

/// A peer that may pass and had nowhere to go.
public struct BackendFailureFacts: Sendable {
    public let id: UInt64
    public let service: String
    public let role: EndRole
    /// Where the connection was to go.
    public let target: String
    public let explanation: String
    public let at: Date
}

extension BackendFailureFacts: JSONMembers {
    package func write(to object: inout JSONText) {
        object.member("id", id)
        object.member("service", service)
        object.member("role", role.rawValue)
        object.member("target", target)
        object.member("explanation", explanation)
        object.member("at", at)
    }
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

extension ClosedFacts: JSONMembers {
    package func write(to object: inout JSONText) {
        facts.write(to: &object)
        object.member("alert", alert)
        object.member("reason", reason)
        object.member("explanation", explanation)
        object.member("bytesUp", bytesUp)
        object.member("bytesDown", bytesDown)
        object.member("seconds", seconds)
        object.member("at", at)
    }
}
