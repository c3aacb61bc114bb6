public import Foundation
public import SymbolonAccessPolicy
public import SymbolonAudit
public import SymbolonAuthority
public import SymbolonNames

/// Where an authority keeps what reporters say of machines, and who may report.
///
/// As in `AuthorityStore`: what changes something is one transaction together with its audit entry.
public protocol PostureStore: Sendable {
    /// Each signal holds of each subject until then, whatever was said before. What has lapsed by now is removed.
    /// - Returns: the change counter, one up; nil, with nothing changed, when more subjects than `most` would be known.
    func report(
        _ signals: Set<PostureSignal>, of subjects: Set<SPIFFEID>, until end: Date, at now: Date, by reporter: String,
        most: Int, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64?
    /// What holds of it holds no more.
    /// - Returns: the change counter, one up; nil, with no entry, when none of it held.
    func withdraw(
        _ signals: Set<PostureSignal>, of subjects: Set<SPIFFEID>, at now: Date, by reporter: String, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64?
    /// By subject and signal: what was said after a value of the change counter, withdrawals too; nil: all of it.
    func posture(since changeCounter: UInt64?) async throws(StoreFailure) -> [PostureRecord]

    /// By identity.
    func reporters() async throws(StoreFailure) -> [PostureReporter]
    func reporter(_ identity: String) async throws(StoreFailure) -> PostureReporter?
    /// In the place of what it had.
    func put(_ reporter: PostureReporter, audit: AuditAppend) async throws(StoreFailure)
    /// Returns false, and writes no entry, when there is no such reporter.
    func removeReporter(_ identity: String, audit: AuditAppend) async throws(StoreFailure) -> Bool
}

/// A signal of a subject's machine, as it was said last.
public struct PostureRecord: Equatable, Sendable {
    public let subject: SPIFFEID
    public let signal: PostureSignal
    /// Until when it was to hold.
    public let end: Date
    /// It was taken back before that.
    public let isWithdrawn: Bool
    public let at: Date
    public let reportedBy: String

    public init(
        subject: SPIFFEID, signal: PostureSignal, end: Date, isWithdrawn: Bool, at: Date, reportedBy: String
    ) {
        self.subject = subject
        self.signal = signal
        self.end = end
        self.isWithdrawn = isWithdrawn
        self.at = at
        self.reportedBy = reportedBy
    }

    public func holds(at now: Date) -> Bool { !isWithdrawn && now < end }
}

/// Who may report, beside operators: these signals, of these subjects, and nothing else at all.
public struct PostureReporter: Codable, Equatable, Sendable {
    /// The SPIFFE ID that its certificate proves.
    public let identity: String
    public let signals: [String]
    /// Patterns, with their trust domains spelled out.
    public let subjects: [String]
    public let since: Date
    public let addedBy: String

    public init(identity: String, signals: [String], subjects: [String], since: Date, addedBy: String) {
        self.identity = identity
        self.signals = signals
        self.subjects = subjects
        self.since = since
        self.addedBy = addedBy
    }
}
