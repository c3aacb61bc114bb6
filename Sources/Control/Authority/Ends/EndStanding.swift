public import Foundation
public import SymbolonCertificates

/// What one end has said of itself: which change it has put in force, and when it was heard last.
///
/// A version is a value of the change counter: every change of what is to be believed is one more. An end confirms one when
/// its event loops judge by it and have closed what it closes, not when the news has arrived.
public struct EndStanding: Equatable, Sendable {
    public enum Kind: String, Codable, CaseIterable, Sendable {
        /// A process with protected services, doors, or both.
        case ends
        /// The authority's own server.
        case authority
    }

    public let end: EndID
    /// The identity that it proved; of an end in the authority's own home, the user's name.
    public let identity: String
    /// Of the certificate that proved it; nil for an end in the authority's own home. One whose certificate is revoked cannot
    /// speak any more, and is not waited for.
    public let certificate: SerialNumber?
    public let kind: Kind
    /// What people know it by.
    public let name: String
    /// In seconds: how long it is silent at most while it lives.
    public let promise: TimeInterval
    /// The version that it has put in force.
    public let confirmed: UInt64
    /// When this was heard first.
    public let confirmedAt: Date
    public let heardAt: Date
    /// How many connections are live at it.
    public let live: Int

    public init(
        end: EndID, identity: String, certificate: SerialNumber?, kind: Kind, name: String, promise: TimeInterval,
        confirmed: UInt64,
        confirmedAt: Date, heardAt: Date, live: Int
    ) {
        self.end = end
        self.identity = identity
        self.certificate = certificate
        self.kind = kind
        self.name = name
        self.promise = promise
        self.confirmed = confirmed
        self.confirmedAt = confirmedAt
        self.heardAt = heardAt
        self.live = live
    }

    /// 256: what a line of a table still shows.
    public static let longestName = 256
    /// An hour: who is silent longer is not counted on.
    public static let longestPromise: TimeInterval = 3600
    /// 256: more processes than a machine has, and no more than what one holder may fill the ledger with.
    public static let mostOfAnIdentity = 256
    /// How long one that fell silent is remembered. Thirty days: a machine that was away for a holiday is still listed.
    public static let memory: TimeInterval = 30 * 86_400

    /// It has kept its promise: it lives, as far as anybody can know.
    public func isLive(at now: Date) -> Bool { now <= heardAt + promise }
}

/// An end's own words, as they are to be kept.
public struct EndConfirmation: Equatable, Sendable {
    public let standing: EndStanding
    /// By the serial number of the peer's certificate: how many live connections rest on it. At most `mostSerials`, those
    /// with the most connections.
    public let connections: [String: Int]

    /// 1,000: 50 kB of an end, which is little to send and to keep.
    public static let mostSerials = 1000

    public init(_ standing: EndStanding, connections: [String: Int]) {
        self.standing = standing
        self.connections = connections
    }
}
