/// A connection, as operators, the log and traces name it: `protect/web/17`.
public struct ConnectionReference: Hashable, Sendable, CustomStringConvertible {
    let role: EndRole
    let service: String
    /// Unique among the connections of one end while the process lives.
    let id: UInt64

    public var description: String { "\(role.rawValue)/\(service)/\(id)" }
}

extension ConnectionFacts {
    public var reference: ConnectionReference { ConnectionReference(role: role, service: service, id: id) }
}

extension RefusalFacts {
    var reference: ConnectionReference { ConnectionReference(role: role, service: service, id: id) }
}

extension BackendFailureFacts {
    var reference: ConnectionReference { ConnectionReference(role: role, service: service, id: id) }
}
