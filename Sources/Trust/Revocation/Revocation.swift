public import Foundation

/// One certificate's revocation: when, and why.
public struct Revocation: Hashable, Sendable {
    public let reason: RevocationReason
    public let since: Date

    public init(_ reason: RevocationReason, since: Date) {
        self.reason = reason
        self.since = since
    }
}
