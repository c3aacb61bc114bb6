public import Foundation
public import SymbolonKeys

/// Everything about a published list but its bytes.
public struct ListStanding: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Hashable, Sendable { case complete, delta }

    public let issuerKey: KeyFingerprint
    public let scope: ListScope
    public let kind: Kind
    public let number: Int64
    /// Everything that was revoked or released up to this value of the change counter is in it.
    public let changeCounter: UInt64
    public let thisUpdate: Date
    public let nextUpdate: Date
    /// How many certificates are on it.
    public let count: Int
    /// What the deltas of this scope build on; in a complete list, until a later one says otherwise.
    public let base: ListBase

    public init(
        issuerKey: KeyFingerprint, scope: ListScope, kind: Kind, number: Int64, changeCounter: UInt64, thisUpdate: Date,
        nextUpdate: Date, count: Int, base: ListBase
    ) {
        self.issuerKey = issuerKey
        self.scope = scope
        self.kind = kind
        self.number = number
        self.changeCounter = changeCounter
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.count = count
        self.base = base
    }

    var asBase: ListBase { ListBase(number: number, changeCounter: changeCounter, thisUpdate: thisUpdate) }
}

/// A complete list that deltas build on. RFC 5280 §5.2.4.
public struct ListBase: Equatable, Sendable {
    public let number: Int64
    public let changeCounter: UInt64
    public let thisUpdate: Date

    public init(number: Int64, changeCounter: UInt64, thisUpdate: Date) {
        self.number = number
        self.changeCounter = changeCounter
        self.thisUpdate = thisUpdate
    }
}

/// A list as it is published.
public struct PublishedList: Equatable, Sendable {
    public let standing: ListStanding
    /// DER.
    public let der: [UInt8]

    public init(standing: ListStanding, der: [UInt8]) {
        self.standing = standing
        self.der = der
    }
}

/// One list to be published in the place of another.
public struct ListPublication: Sendable {
    public let list: PublishedList
    /// The number of the one that it was made after; nil: it is the first.
    public let replaces: Int64?

    public init(list: PublishedList, replaces: Int64?) {
        self.list = list
        self.replaces = replaces
    }
}
