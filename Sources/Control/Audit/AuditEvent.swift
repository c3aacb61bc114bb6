public import Foundation

/// One decision: what was done, when, by whom, to whom, and the facts it rested on.
///
/// Text may hold any character: every field is length-prefixed where it is hashed and stored, so a line break or a
/// quotation mark in a name cannot make one event look like two.
public struct AuditEvent: Codable, Equatable, Sendable {
    public let kind: AuditEventKind
    /// Whole milliseconds: what is finer is rounded away at the start, so a stored event equals the one that was made.
    public let at: Date
    public let actor: String
    public let subject: String
    public let details: [String: String]

    public init(
        _ kind: AuditEventKind, at: Date, actor: String, subject: String, details: [String: String] = [:]
    ) {
        self.kind = kind
        self.at = Date(auditMilliseconds: at.auditMilliseconds)
        self.actor = actor
        self.subject = subject
        self.details = details
    }
}

extension Date {
    /// 0001-01-01 to 9999-12-31: what a certificate can say, and far inside what `Int64` and `Double` hold exactly.
    private static let auditRange: ClosedRange<Double> = -62_135_596_800_000...253_402_300_799_999

    /// Milliseconds since 1970, held inside the years 1 to 9999.
    var auditMilliseconds: Int64 {
        let exact = (timeIntervalSince1970 * 1000).rounded()
        guard exact == exact else { return 0 }
        return Int64(min(max(exact, Self.auditRange.lowerBound), Self.auditRange.upperBound))
    }

    init(auditMilliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(auditMilliseconds) / 1000)
    }
}
