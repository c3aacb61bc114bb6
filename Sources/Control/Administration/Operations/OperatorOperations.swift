/// Who may work with the authority.
public struct ListOperators: AdministrativeOperation {
    public static let name = "listOperators"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "operators")

    public init() {}

    public var subject: String { "operators" }

    public func perform(with part: OperatorDesk, in call: Call) async throws(AdministrationFailure) -> OperatorList {
        try await part.list()
    }
}

/// The operators, by identity.
public struct OperatorList: Codable, Equatable, Sendable {
    public let operators: [Operator]

    public init(operators: [Operator]) { self.operators = operators }
}

/// Gives an identity a role, in the place of the one it had. The same again changes nothing.
public struct PutOperator: AdministrativeOperation {
    public static let name = "putOperator"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.put, "operators")
    public static let recording = Recording.byChange

    /// The whole SPIFFE ID that a certificate proves, of the profiles person or client.
    public let identity: String
    public let role: Role

    public init(identity: String, role: Role) {
        self.identity = identity
        self.role = role
    }

    public var subject: String { identity }

    public func perform(with part: OperatorDesk, in call: Call) async throws(AdministrationFailure) -> OperatorReport {
        try await part.put(self, in: call)
    }
}

/// An operator as it is now.
public struct OperatorReport: Codable, Equatable, Sendable {
    public let `operator`: Operator
    /// False when it was so before.
    public let changed: Bool

    public init(operator: Operator, changed: Bool) {
        self.operator = `operator`
        self.changed = changed
    }
}

/// Takes an operator's role; its certificates stay what they are.
public struct RemoveOperator: AdministrativeOperation {
    public static let name = "removeOperator"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.delete, "operators", query: ["identity": .text])
    public static let recording = Recording.byChange

    public let identity: String

    public init(identity: String) { self.identity = identity }

    public var subject: String { identity }

    public func perform(with part: OperatorDesk, in call: Call) async throws(AdministrationFailure) -> Done {
        try await part.remove(identity, in: call)
    }
}

/// Who the caller is to the authority.
public struct ShowSelf: AdministrativeOperation {
    public static let name = "showSelf"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.get, "self")

    public init() {}

    public var subject: String { "self" }

    public func perform(with part: OperatorDesk, in call: Call) async throws(AdministrationFailure) -> SelfReport {
        SelfReport(identity: call.caller.identity, role: call.role)
    }
}

/// A caller as the authority sees it.
public struct SelfReport: Codable, Equatable, Sendable {
    public let identity: String
    /// Nil: it is no operator.
    public let role: Role?

    public init(identity: String, role: Role?) {
        self.identity = identity
        self.role = role
    }
}
