public import Foundation
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonRevocation

/// Where answers are made from: one place for all nodes.
public protocol RevocationAnswerStore: Sendable {
    /// Nil: this issuer has reserved no such serial number.
    func standing(
        of serialNumber: SerialNumber, from issuer: KeyFingerprint
    ) async throws(StoreFailure) -> AnsweredCertificate?
    /// What was revoked or released since the change counter had this value, and its value now, as one transaction sees them.
    func changes(
        of issuer: KeyFingerprint, after changeCounter: UInt64, atMost limit: Int
    ) async throws(StoreFailure) -> AnswerChanges
    /// Whether a certificate of this issuer has not ended, revoked or not. A responder's own does not count, which is there for
    /// the others.
    func lives(below issuer: KeyFingerprint, at now: Date) async throws(StoreFailure) -> Bool
}

/// What a responder says of a certificate until something changes.
public struct AnsweredCertificate: Equatable, Sendable {
    public let standing: CertificateStanding
    public let notAfter: Date
    /// The change counter at which this was so.
    public let changeCounter: UInt64

    public init(standing: CertificateStanding, notAfter: Date, changeCounter: UInt64) {
        self.standing = standing
        self.notAfter = notAfter
        self.changeCounter = changeCounter
    }
}

public struct AnswerChanges: Equatable, Sendable {
    /// Nil: more than were asked for.
    public let changed: [SerialNumber]?
    public let changeCounter: UInt64

    public init(changed: [SerialNumber]?, changeCounter: UInt64) {
        self.changed = changed
        self.changeCounter = changeCounter
    }
}
