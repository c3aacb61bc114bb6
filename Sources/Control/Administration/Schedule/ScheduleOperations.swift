public import Foundation
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonRevocation

/// Revokes at a time to come, by the authority's own clock, whichever node lives then.
public struct ScheduleRevocation: AdministrativeOperation {
    public static let name = "scheduleRevocation"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.post, "scheduled-revocations", status: 201)
    public static let recording = Recording.byChange

    /// These certificates.
    public let serials: [String]?
    /// And whatever these identities hold then.
    public let identities: [String]?
    /// A reason of RFC 5280 §5.3.1 by its name there; `unspecified` unless told.
    public let reason: String?
    /// RFC 5280 §5.3.2.
    public let invalidSince: Date?
    public let at: Date

    public init(
        serials: [String]? = nil, identities: [String]? = nil, reason: String? = nil, invalidSince: Date? = nil,
        at: Date
    ) {
        self.serials = serials
        self.identities = identities
        self.reason = reason
        self.invalidSince = invalidSince
        self.at = at
    }

    public var subject: String { identities?.first ?? serials?.first ?? "certificates" }

    public func perform(with part: ScheduleDesk, in call: Call) async throws(AdministrationFailure) -> ScheduledReport {
        try await part.make(self, in: call)
    }
}

/// Which revocations wait for their time.
public struct ListScheduledRevocations: AdministrativeOperation {
    public static let name = "listScheduledRevocations"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "scheduled-revocations", query: ["all": .flag])

    /// Also those that were made, or called off.
    public let all: Bool?

    public init(all: Bool? = nil) { self.all = all }

    public var subject: String { "scheduled revocations" }

    public func perform(with part: ScheduleDesk, in call: Call) async throws(AdministrationFailure) -> ScheduledReports
    {
        try await part.list(all: all ?? false)
    }
}

/// Calls one off before its time.
public struct CancelScheduledRevocation: AdministrativeOperation {
    public static let name = "cancelScheduledRevocation"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.delete, "scheduled-revocations/{id}")
    public static let recording = Recording.byChange

    /// Its number.
    public let id: String

    public init(id: String) { self.id = id }

    public var subject: String { id }

    public func perform(with part: ScheduleDesk, in call: Call) async throws(AdministrationFailure) -> Done {
        try await part.cancel(id, in: call)
    }
}

/// By their time.
public struct ScheduledReports: Codable, Equatable, Sendable {
    /// 1,000: more than a person reads.
    public static let most = 1000

    public let revocations: [ScheduledReport]

    public init(revocations: [ScheduledReport]) { self.revocations = revocations }
}

/// One revocation that waits for its time, or did.
public struct ScheduledReport: Codable, Equatable, Sendable {
    public let number: Int64
    /// `pending`, `done` or `cancelled`.
    public let state: String
    public let at: Date
    public let serials: [String]
    public let identities: [String]
    public let reason: String
    public let madeAt: Date
    public let madeBy: String
    public let endedAt: Date?
    public let endedBy: String?

    public init(_ scheduled: ScheduledRevocation) {
        let order = scheduled.order
        number = scheduled.number
        at = order.due
        serials = order.serials.map(\.description)
        identities = order.identities
        reason = order.reason.rawValue
        madeAt = order.madeAt
        madeBy = order.actor
        switch scheduled.state {
        case .pending: (state, endedAt, endedBy) = ("pending", nil, nil)
        case .done(let at): (state, endedAt, endedBy) = ("done", at, nil)
        case .cancelled(let at, let actor): (state, endedAt, endedBy) = ("cancelled", at, actor)
        }
    }
}
