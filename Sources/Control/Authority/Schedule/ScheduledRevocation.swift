public import Foundation
public import SymbolonCertificates
public import SymbolonRevocation

/// A revocation that is to be made at a time to come.
///
///     pending ──its time has come──▶ done
///        └────────called off───────▶ cancelled
public struct ScheduledRevocation: Equatable, Sendable {
    public enum State: Equatable, Sendable {
        case pending
        case done(at: Date)
        /// Before its time had come.
        case cancelled(at: Date, by: String)
    }

    /// What was asked for.
    public struct Order: Equatable, Sendable {
        /// These, whatever became of them.
        public let serials: [SerialNumber]
        /// And whatever these identities hold then: one that is renewed meanwhile is not forgotten.
        public let identities: [String]
        public let reason: RevocationReason
        /// When the key was lost or the certificates became false, where that is known.
        public let invalidSince: Date?
        public let due: Date
        public let madeAt: Date
        public let actor: String

        public init(
            serials: [SerialNumber], identities: [String], reason: RevocationReason, invalidSince: Date?, due: Date,
            madeAt: Date, actor: String
        ) {
            self.serials = serials
            self.identities = identities
            self.reason = reason
            self.invalidSince = invalidSince
            self.due = due
            self.madeAt = madeAt
            self.actor = actor
        }
    }

    /// By which people name it.
    public let number: Int64
    public let order: Order
    public let state: State

    public init(number: Int64, order: Order, state: State) {
        self.number = number
        self.order = order
        self.state = state
    }
}
