public import Foundation

/// Every root and issuing authority that there is or was, oldest first.
public struct ListIssuers: AdministrativeOperation {
    public static let name = "listIssuers"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "authority/issuers")

    public init() {}

    public var subject: String { "issuers" }

    public func perform(with part: AuthorityReader, in call: Call) async throws(AdministrationFailure) -> IssuerList {
        try await part.issuers()
    }
}

public struct IssuerList: Codable, Equatable, Sendable {
    public let issuers: [IssuerReport]

    public init(issuers: [IssuerReport]) { self.issuers = issuers }
}

/// A root or an issuing authority, and how it stands.
public struct IssuerReport: Codable, Equatable, Sendable {
    /// The beginning of its key's fingerprint: what it is called by.
    public let name: String
    /// `root` or `issuing`.
    public let role: String
    /// `prepared`, `active`, `superseded` or `retired`.
    public let state: String
    /// When this state began.
    public let since: Date
    /// The name of the root that it is below; its own for a root.
    public let root: String
    public let certificate: AuthorityCertificateReport
    /// Certificates below it that are live, and were replaced by none. Nil for a root.
    public let remaining: Int?
    public let revokedAt: Date?
    public let reason: String?
    /// It was compromised: when all below it is over, whoever has not changed over.
    public let replacedBy: Date?
    /// Ends that live, and have not confirmed what it takes to go on. Nil where nobody asked.
    public let stragglers: [String]?

    public init(
        name: String, role: String, state: String, since: Date, root: String, certificate: AuthorityCertificateReport,
        remaining: Int?, revokedAt: Date?, reason: String?, replacedBy: Date?, stragglers: [String]?
    ) {
        self.name = name
        self.role = role
        self.state = state
        self.since = since
        self.root = root
        self.certificate = certificate
        self.remaining = remaining
        self.revokedAt = revokedAt
        self.reason = reason
        self.replacedBy = replacedBy
        self.stragglers = stragglers
    }
}

/// One of them, with the ends that have not confirmed it.
public struct ShowIssuer: AdministrativeOperation {
    public static let name = "showIssuer"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "authority/issuers/{issuer}")

    /// Its name, or a beginning of it that only one has.
    public let issuer: String

    public init(issuer: String) { self.issuer = issuer }

    public var subject: String { issuer }

    public func perform(with part: SuccessionDesk, in call: Call) async throws(AdministrationFailure) -> IssuerReport {
        try await part.show(issuer)
    }
}

/// Makes an issuing authority below the active root, or a new root with one below it, and tells everybody to believe it.
public struct PrepareIssuer: AdministrativeOperation {
    public static let name = "prepareIssuer"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "authority/issuers", status: 201)
    public static let recording = Recording.byChange

    /// `root` or `issuing`; `issuing` unless told.
    public let role: String?

    public init(role: String? = nil) { self.role = role }

    public var subject: String { role ?? "issuing" }

    public func perform(with part: SuccessionDesk, in call: Call) async throws(AdministrationFailure) -> IssuerList {
        try await part.prepare(self, in: call)
    }
}

/// From now on this one issues.
public struct ActivateIssuer: AdministrativeOperation {
    public static let name = "activateIssuer"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "authority/issuers/{issuer}/activation")
    public static let recording = Recording.byChange

    public let issuer: String
    /// Also while ends that live have not confirmed it.
    public let evenSo: Bool?

    public init(issuer: String, evenSo: Bool? = nil) {
        self.issuer = issuer
        self.evenSo = evenSo
    }

    public var subject: String { issuer }

    public func perform(with part: SuccessionDesk, in call: Call) async throws(AdministrationFailure) -> IssuerReport {
        try await part.activate(self, in: call)
    }
}

/// Nobody is to believe this one any more.
public struct RetireIssuer: AdministrativeOperation {
    public static let name = "retireIssuer"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "authority/issuers/{issuer}/retirement")
    public static let recording = Recording.byChange

    public let issuer: String
    /// Also while certificates below it are in use, or ends that live have not confirmed what took its place.
    public let evenSo: Bool?

    public init(issuer: String, evenSo: Bool? = nil) {
        self.issuer = issuer
        self.evenSo = evenSo
    }

    public var subject: String { issuer }

    public func perform(with part: SuccessionDesk, in call: Call) async throws(AdministrationFailure) -> IssuerReport {
        try await part.retire(self, in: call)
    }
}

/// This one's key is in strange hands: another takes its place now, and all below it is replaced.
public struct ReplaceIssuer: AdministrativeOperation {
    public static let name = "replaceIssuer"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "authority/issuers/{issuer}/replacement")
    public static let recording = Recording.byChange

    public let issuer: String
    /// When it is not believed any more, whoever has not changed over; in an hour unless told.
    public let by: Date?

    public init(issuer: String, by: Date? = nil) {
        self.issuer = issuer
        self.by = by
    }

    public var subject: String { issuer }

    public func perform(with part: SuccessionDesk, in call: Call) async throws(AdministrationFailure) -> IssuerReport {
        try await part.replace(self, in: call)
    }
}

/// Takes back what was compromised, if it is replaced by now: everybody has changed over, or its time is over. A server asks by
/// itself.
public struct FinishReplacement: AdministrativeOperation {
    public static let name = "finishReplacement"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "authority/issuers/{issuer}/replacement/end")
    public static let recording = Recording.byChange

    public let issuer: String

    public init(issuer: String) { self.issuer = issuer }

    public var subject: String { issuer }

    public func perform(with part: SuccessionDesk, in call: Call) async throws(AdministrationFailure) -> IssuerReport {
        try await part.finish(issuer, in: call)
    }
}

/// Makes the list of every root whose key is here, for so many days.
public struct PublishRootLists: AdministrativeOperation {
    public static let name = "publishRootLists"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "authority/root-lists")
    public static let recording = Recording.byChange

    /// 180 unless told, 400 at most.
    public let days: Int?

    public init(days: Int? = nil) { self.days = days }

    public var subject: String { "root lists" }

    public func perform(with part: SuccessionDesk, in call: Call) async throws(AdministrationFailure)
        -> RootListReports
    {
        try await part.publishRootLists(self, in: call)
    }
}

public struct RootListReports: Codable, Equatable, Sendable {
    public struct List: Codable, Equatable, Sendable {
        /// The root's name.
        public let root: String
        public let number: Int64
        public let entries: Int
        public let thisUpdate: Date
        public let nextUpdate: Date

        public init(root: String, number: Int64, entries: Int, thisUpdate: Date, nextUpdate: Date) {
            self.root = root
            self.number = number
            self.entries = entries
            self.thisUpdate = thisUpdate
            self.nextUpdate = nextUpdate
        }
    }

    public let lists: [List]
    /// Roots whose key is not here, so that their lists are as they were.
    public let keysAway: [String]

    public init(lists: [List], keysAway: [String]) {
        self.lists = lists
        self.keysAway = keysAway
    }
}
