public import Foundation
public import SymbolonKeys

/// Everything about a published filter but its bytes.
public struct FilterStanding: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Hashable, Sendable { case complete, update }

    public let issuerKey: KeyFingerprint
    public let kind: Kind
    public let number: Int64
    /// The complete filter that an update brings up to date; a complete one's own number.
    public let baseNumber: Int64
    /// Everything that was revoked or released up to this value of the change counter is in it.
    public let changeCounter: UInt64
    public let thisUpdate: Date
    public let nextUpdate: Date
    /// Every certificate that began by then is accounted for.
    public let covers: Date
    /// How many certificates were looked at to make it.
    public let count: Int
    /// Octets.
    public let size: Int

    public init(
        issuerKey: KeyFingerprint, kind: Kind, number: Int64, baseNumber: Int64, changeCounter: UInt64,
        thisUpdate: Date,
        nextUpdate: Date, covers: Date, count: Int, size: Int
    ) {
        self.issuerKey = issuerKey
        self.kind = kind
        self.number = number
        self.baseNumber = baseNumber
        self.changeCounter = changeCounter
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.covers = covers
        self.count = count
        self.size = size
    }
}

/// A filter as it is published.
public struct PublishedFilter: Equatable, Sendable {
    public let standing: FilterStanding
    /// DER.
    public let der: [UInt8]

    public init(standing: FilterStanding, der: [UInt8]) {
        self.standing = standing
        self.der = der
    }
}
