public import Foundation
public import SymbolonAccessPolicy
public import SymbolonAudit
public import SymbolonAuthority

/// Where an authority keeps what was permitted for an emergency: every word that was asked for, approved or ended stays.
///
/// As in `AuthorityStore`: what changes something is one transaction together with its audit entry.
public protocol EmergencyStore: Sendable {
    /// Newest first, at most `limit` of them.
    func emergencies(limit: Int) async throws(StoreFailure) -> [Emergency]
    func emergency(_ number: Int64) async throws(StoreFailure) -> Emergency?
    /// - Returns: its number.
    func ask(_ wish: Emergency.Wish, audit: AuditAppend) async throws(StoreFailure) -> Int64
    /// The second word, and the statement by which it is in force. Throws `overtaken` when what is there is not what it was made
    /// after, or it is not pending any more. The schema refuses the word of whoever asked.
    /// - Returns: the change counter.
    func approve(
        _ permission: EmergencyPermission, by approver: Emergency.Voice, at now: Date, signed: SignedPolicy,
        after numbers: PolicyNumbers, audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64
    /// Ends it, or what was only asked for. Throws `overtaken` as `approve` does.
    /// - Parameter signed: the statement without it; nil: it was not in force.
    /// - Returns: the change counter.
    func end(
        _ number: Int64, by actor: String, at now: Date, signed: SignedPolicy?, after numbers: PolicyNumbers,
        audit: AuditAppend
    ) async throws(StoreFailure) -> UInt64
}

/// A permission for an emergency, from the wish to its end.
public struct Emergency: Equatable, Sendable {
    /// Who says something: the name that counts as one person, and what the record calls it.
    public struct Voice: Equatable, Sendable {
        public let identity: String
        public let actor: String

        public init(identity: String, actor: String) {
            self.identity = identity
            self.actor = actor
        }
    }

    public struct Wish: Equatable, Sendable {
        public let subjects: [String]
        public let services: [String]
        public let seconds: Int
        public let reason: String
        public let at: Date
        public let by: Voice

        public init(subjects: [String], services: [String], seconds: Int, reason: String, at: Date, by: Voice) {
            self.subjects = subjects
            self.services = services
            self.seconds = seconds
            self.reason = reason
            self.at = at
            self.by = by
        }
    }

    public struct Approval: Equatable, Sendable {
        public let at: Date
        public let by: Voice
        public let until: Date

        public init(at: Date, by: Voice, until: Date) {
            self.at = at
            self.by = by
            self.until = until
        }
    }

    public struct Ending: Equatable, Sendable {
        public let at: Date
        public let actor: String

        public init(at: Date, actor: String) {
            self.at = at
            self.actor = actor
        }
    }

    /// An hour: a wish that nobody has approved by then is none any more.
    public static let patience: TimeInterval = 3600

    public let number: Int64
    public let wish: Wish
    public let approval: Approval?
    /// By hand, before its time.
    public let ending: Ending?

    public init(number: Int64, wish: Wish, approval: Approval?, ending: Ending?) {
        self.number = number
        self.wish = wish
        self.approval = approval
        self.ending = ending
    }

    public enum State: String, Codable, Sendable {
        /// It waits for a second word.
        case asked
        /// Nobody gave it in time.
        case lapsed
        case inForce
        /// Its time is over.
        case over
        /// By hand, or it was declined.
        case ended
    }

    public func state(at now: Date) -> State {
        if ending != nil { return .ended }
        if let approval { return now < approval.until ? .inForce : .over }
        return now < wish.at + Self.patience ? .asked : .lapsed
    }
}
