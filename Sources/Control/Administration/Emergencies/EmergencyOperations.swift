public import Foundation

/// Asks for leave beyond the rules, for an emergency. It is in force when an administrator, somebody else, has approved it.
public struct AskEmergency: AdministrativeOperation {
    public static let name = "askEmergency"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.post, "emergencies", status: 201)
    public static let recording = Recording.byChange

    /// Whole SPIFFE IDs, no patterns.
    public let subjects: [String]
    /// By their short names.
    public let services: [String]
    /// For how long, from its approval: a minute to four hours.
    public let seconds: Int
    /// One line.
    public let reason: String

    public init(subjects: [String], services: [String], seconds: Int, reason: String) {
        self.subjects = subjects
        self.services = services
        self.seconds = seconds
        self.reason = reason
    }

    public var subject: String { subjects.first ?? "emergency" }

    public func perform(with part: PolicyDesk, in call: Call) async throws(AdministrationFailure) -> EmergencyReport {
        try await part.ask(self, in: call)
    }
}

/// The second word for it: never that of whoever asked.
public struct ApproveEmergency: AdministrativeOperation {
    public static let name = "approveEmergency"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "emergencies/{id}/approval")
    public static let recording = Recording.byChange

    /// Its number.
    public let id: String

    public init(id: String) { self.id = id }

    public var subject: String { "emergency \(id)" }

    public func perform(with part: PolicyDesk, in call: Call) async throws(AdministrationFailure) -> EmergencyReport {
        try await part.approve(id, in: call)
    }
}

/// Ends it before its time, or declines what was asked for.
public struct EndEmergency: AdministrativeOperation {
    public static let name = "endEmergency"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.delete, "emergencies/{id}")
    public static let recording = Recording.byChange

    public let id: String

    public init(id: String) { self.id = id }

    public var subject: String { "emergency \(id)" }

    public func perform(with part: PolicyDesk, in call: Call) async throws(AdministrationFailure) -> EmergencyReport {
        try await part.end(id, in: call)
    }
}

/// What was permitted, asked for and ended, newest first.
public struct ListEmergencies: AdministrativeOperation {
    public static let name = "listEmergencies"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "emergencies")

    public init() {}

    public var subject: String { "emergencies" }

    public func perform(with part: PolicyLibrary, in call: Call) async throws(AdministrationFailure) -> EmergencyList {
        try await part.emergencies()
    }
}

public struct EmergencyList: Codable, Equatable, Sendable {
    /// 1,000: more than a person reads.
    public static let most = 1000

    public let emergencies: [EmergencyReport]

    public init(emergencies: [EmergencyReport]) { self.emergencies = emergencies }
}

/// One permission for an emergency.
public struct EmergencyReport: Codable, Equatable, Sendable {
    public let number: Int64
    public let state: Emergency.State
    public let subjects: [String]
    public let services: [String]
    public let seconds: Int
    public let reason: String
    public let askedAt: Date
    public let askedBy: String
    public let approvedAt: Date?
    public let approvedBy: String?
    public let until: Date?
    public let endedAt: Date?
    public let endedBy: String?
    /// When ends were told: the change counter that they confirm. Nil in lists, and where they were not.
    public let changeCounter: UInt64?

    public init(_ emergency: Emergency, at now: Date, changeCounter: UInt64? = nil) {
        number = emergency.number
        state = emergency.state(at: now)
        subjects = emergency.wish.subjects
        services = emergency.wish.services
        seconds = emergency.wish.seconds
        reason = emergency.wish.reason
        askedAt = emergency.wish.at
        askedBy = emergency.wish.by.actor
        approvedAt = emergency.approval?.at
        approvedBy = emergency.approval?.by.actor
        until = emergency.approval?.until
        endedAt = emergency.ending?.at
        endedBy = emergency.ending?.actor
        self.changeCounter = changeCounter
    }
}
