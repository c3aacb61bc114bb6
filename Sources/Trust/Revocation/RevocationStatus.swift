public import Foundation

/// What is known of one certificate's revocation. "Not known" says why, and the caller's mode decides what that is worth.
public enum RevocationStatus: Hashable, Sendable {
    /// Not revoked, by a source of `thisUpdate`; `nextUpdate` is nil when the source pushes its changes.
    case good(thisUpdate: Date, nextUpdate: Date?)
    case revoked(RevocationReason, since: Date)
    case unknown(Silence)
}
