/// Which groups there are.
public struct ListGroups: AdministrativeOperation {
    public static let name = "listGroups"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "groups")

    public init() {}

    public var subject: String { "groups" }

    public func perform(with part: PolicyLibrary, in call: Call) async throws(AdministrationFailure) -> GroupList {
        try await part.groups()
    }
}

/// Who is in a group.
public struct ShowGroup: AdministrativeOperation {
    public static let name = "showGroup"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "groups/{group}")

    public let group: String

    public init(group: String) { self.group = group }

    public var subject: String { "group \(group)" }

    public func perform(with part: PolicyLibrary, in call: Call) async throws(AdministrationFailure) -> GroupReport {
        try await part.group(group)
    }
}

/// Puts identities into a group, and takes others out of it. A group begins with this, even without members, and stays.
public struct ChangeGroup: AdministrativeOperation {
    public static let name = "changeGroup"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.post, "groups/{group}")
    public static let recording = Recording.byChange

    /// At once: as many as a request has room for.
    public static let most = 1000
    /// Of all of them together. 48 KiB: beside them a request has little more.
    public static let mostOctets = 48 << 10

    public let group: String
    /// Whole SPIFFE IDs.
    public let add: [String]?
    public let remove: [String]?

    public init(group: String, add: [String]? = nil, remove: [String]? = nil) {
        self.group = group
        self.add = add
        self.remove = remove
    }

    public var subject: String { "group \(group)" }

    public func perform(with part: PolicyDesk, in call: Call) async throws(AdministrationFailure) -> GroupChangeReport {
        try await part.change(self, in: call)
    }
}
