public import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonNames

/// Says that signals hold of machines, for a while. Operators may, and whoever was permitted these signals of these subjects.
public struct ReportPosture: AdministrativeOperation {
    public static let name = "reportPosture"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.post, "posture")
    public static let recording = Recording.byChange

    /// Subjects at once: as many as a request has room for.
    public static let most = 1000
    /// Of all of them together. 48 KiB: beside them a request has little more.
    public static let mostOctets = 48 << 10
    /// Signals at once. 16: more is no state that rules ask for.
    public static let mostSignals = 16

    /// Whole SPIFFE IDs.
    public let subjects: [String]
    public let signals: [String]
    /// For how long they hold, a day at most.
    public let seconds: Int

    public init(subjects: [String], signals: [String], seconds: Int) {
        self.subjects = subjects
        self.signals = signals
        self.seconds = seconds
    }

    public var subject: String { subjects.first ?? "posture" }

    public func perform(with part: PostureDesk, in call: Call) async throws(AdministrationFailure) -> PostureOutcome {
        try await part.report(self, in: call)
    }
}

/// Says that signals hold no more.
public struct WithdrawPosture: AdministrativeOperation {
    public static let name = "withdrawPosture"
    public static let access = Access.holder
    public static let endpoint = OperationEndpoint(.post, "posture/withdrawals")
    public static let recording = Recording.byChange

    public let subjects: [String]
    public let signals: [String]

    public init(subjects: [String], signals: [String]) {
        self.subjects = subjects
        self.signals = signals
    }

    public var subject: String { subjects.first ?? "posture" }

    public func perform(with part: PostureDesk, in call: Call) async throws(AdministrationFailure) -> PostureOutcome {
        try await part.withdraw(self, in: call)
    }
}

/// Which signals hold now.
public struct ListPosture: AdministrativeOperation {
    public static let name = "listPosture"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "posture")

    public init() {}

    public var subject: String { "posture" }

    public func perform(with part: PostureDesk, in call: Call) async throws(AdministrationFailure) -> PostureList {
        try await part.list()
    }
}

/// Permits an identity to report signals of subjects, in the place of what it might report before.
public struct PermitReporter: AdministrativeOperation {
    public static let name = "permitReporter"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.put, "posture/reporters")
    public static let recording = Recording.byChange

    /// Patterns of one reporter. 64: who needs more is permitted a folder.
    public static let mostSubjects = 64

    /// The whole SPIFFE ID that its certificate proves.
    public let identity: String
    public let signals: [String]
    /// Of whom: identities, and patterns as rules have them.
    public let subjects: [String]

    public init(identity: String, signals: [String], subjects: [String]) {
        self.identity = identity
        self.signals = signals
        self.subjects = subjects
    }

    public var subject: String { identity }

    public func perform(with part: PostureDesk, in call: Call) async throws(AdministrationFailure) -> PostureReporter {
        try await part.permit(self, in: call)
    }
}

/// Who may report, beside operators.
public struct ListReporters: AdministrativeOperation {
    public static let name = "listReporters"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "posture/reporters")

    public init() {}

    public var subject: String { "reporters" }

    public func perform(with part: PostureDesk, in call: Call) async throws(AdministrationFailure) -> ReporterList {
        try await part.reporters()
    }
}

/// Takes the permission to report. What was reported holds to its end, or until it is withdrawn.
public struct RemoveReporter: AdministrativeOperation {
    public static let name = "removeReporter"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.delete, "posture/reporters", query: ["identity": .text])
    public static let recording = Recording.byChange

    public let identity: String

    public init(identity: String) { self.identity = identity }

    public var subject: String { identity }

    public func perform(with part: PostureDesk, in call: Call) async throws(AdministrationFailure) -> Done {
        try await part.remove(identity, in: call)
    }
}

/// What became of a report or a withdrawal.
public struct PostureOutcome: Codable, Equatable, Sendable {
    /// Until when it holds; nil: it was withdrawn.
    public let until: Date?
    /// When it was said: the change counter that ends confirm. Nil: nothing of it held, so that nothing was withdrawn.
    public let changeCounter: UInt64?

    public init(until: Date?, changeCounter: UInt64?) {
        self.until = until
        self.changeCounter = changeCounter
    }
}

/// The signals that hold, by subject.
public struct PostureList: Codable, Equatable, Sendable {
    /// 10,000: more than a person reads.
    public static let most = 10_000

    public struct Entry: Codable, Equatable, Sendable {
        public let subject: String
        public let signal: String
        public let until: Date
        public let reportedAt: Date
        public let reportedBy: String

        init(_ record: PostureRecord) {
            subject = record.subject.description
            signal = record.signal.description
            until = record.end
            reportedAt = record.at
            reportedBy = record.reportedBy
        }
    }

    public let signals: [Entry]

    public init(signals: [Entry]) { self.signals = signals }
}

/// By identity.
public struct ReporterList: Codable, Equatable, Sendable {
    public let reporters: [PostureReporter]

    public init(reporters: [PostureReporter]) { self.reporters = reporters }
}
