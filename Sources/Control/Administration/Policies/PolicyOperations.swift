/// Makes a text the next version of the policy.
public struct PublishPolicy: AdministrativeOperation {
    public static let name = "publishPolicy"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "policy/versions")
    public static let recording = Recording.byChange

    /// YAML. Either this or `again`.
    public let text: String?
    /// An earlier version, whose text becomes a new one's: numbers never go back.
    public let again: Int64?
    /// Why, for those who read the list.
    public let note: String?
    /// Only say what would be published.
    public let dryRun: Bool?

    public init(text: String? = nil, again: Int64? = nil, note: String? = nil, dryRun: Bool? = nil) {
        self.text = text
        self.again = again
        self.note = note
        self.dryRun = dryRun
    }

    public var subject: String { "policy" }

    public func perform(with part: PolicyDesk, in call: Call) async throws(AdministrationFailure) -> PolicyPublication {
        try await part.publish(self, in: call)
    }
}

/// Which versions there were.
public struct ListPolicyVersions: AdministrativeOperation {
    public static let name = "listPolicyVersions"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "policy/versions")

    public init() {}

    public var subject: String { "policy" }

    public func perform(
        with part: PolicyLibrary, in call: Call
    ) async throws(AdministrationFailure) -> PolicyVersionList {
        try await part.versions()
    }
}

/// One version, with its text.
public struct ShowPolicyVersion: AdministrativeOperation {
    public static let name = "showPolicyVersion"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "policy/versions/{version}")

    /// Its number, or `current`.
    public let version: String

    public init(version: String) { self.version = version }

    public var subject: String { "policy \(version)" }

    public func perform(with part: PolicyLibrary, in call: Call) async throws(AdministrationFailure) -> PolicyTextReport
    {
        try await part.show(version)
    }
}

/// What the authority has signed of who may pass: for ends, which judge by it.
public struct ShowPolicyInForce: AdministrativeOperation {
    public static let name = "showPolicyInForce"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.get, "policy")
    public static let recording = Recording.byChange

    public init() {}

    public var subject: String { "policy" }

    public func perform(
        with part: PolicyLibrary, in call: Call
    ) async throws(AdministrationFailure) -> PolicyInForceReport {
        try await part.inForce()
    }
}
