import SymbolonProxy

/// An end of a configuration, as operators name it: `protect/web`.
struct NamedEnd: Hashable, Codable, Sendable, CustomStringConvertible {
    let role: EndRole
    let service: String

    var description: String { "\(role.rawValue)/\(service)" }
}

extension RunConfiguration {
    var names: [NamedEnd] {
        protected.map { NamedEnd(role: .protect, service: $0.name) }
            + doors.map { NamedEnd(role: .reach, service: $0.name) }
    }
}

extension RunningEnd {
    var named: NamedEnd { NamedEnd(role: role, service: name) }
}
