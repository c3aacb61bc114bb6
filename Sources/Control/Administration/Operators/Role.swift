/// What an operator may do. Each role may do all that the ones before it may.
public enum Role: String, Codable, CaseIterable, Comparable, Sendable {
    /// Looks at everything, changes nothing.
    case viewer
    /// Issues, revokes, invites, and says who is in which group.
    case `operator`
    /// Also says who the operators are, what the authority may certify, and which policy is in force.
    case administrator

    public static func < (one: Role, other: Role) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .viewer: 0
        case .operator: 1
        case .administrator: 2
        }
    }
}
