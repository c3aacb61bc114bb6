public import SymbolonCertificates
internal import SymbolonKeys

/// The filters that one place has given over time, the newest of each key: what came later does not push out what was newer,
/// and what nobody has proved does not push out what somebody has.
public struct FilterShelf: Sendable {
    /// Filters that replace each other.
    private struct Series: Hashable {
        let issuerKey: KeyFingerprint
        let isComplete: Bool

        init(_ filter: RevocationFilter) {
            issuerKey = filter.issuerKey
            isComplete = filter.baseNumber == nil
        }
    }

    /// Signed by a key that was asked about.
    private var proved: [Series: RevocationFilter] = [:]
    /// The last that was signed by nobody known here. A peer's path may still prove it.
    private var unproved: RevocationFilter?

    public init() {}

    public var filters: [RevocationFilter] { Array(proved.values) + [unproved].compactMap(\.self) }

    /// Takes what the place gives now, or leaves what is here.
    ///
    /// - Parameter signers: certificates of known authorities: checking the signature here, ahead of need, spares the first
    ///   peer the wait.
    public mutating func take(_ given: RevocationFilter, from signers: [Certificate]) throws(FilterRefusal) {
        // What a peer's path has proved since it came.
        if let unproved, unproved.hasSigner { proved[Series(unproved)] = unproved }
        unproved = nil
        let series = Series(given)
        if let held = proved[series],
            held.number > given.number || held.number == given.number && held.thisUpdate > given.thisUpdate
        {
            throw .older(given.number, held: held.number)
        }
        let isProved = signers.contains { $0.publicKey.map(given.isSigned) ?? false }
        if isProved { proved[series] = given } else { unproved = given }
    }
}

/// Why a filter is not taken in the place of the one that is there.
@nonexhaustive
public enum FilterRefusal: Error, Equatable, Sendable {
    /// A filter of this number after one of a higher number, or of an earlier time with the same number.
    case older(ListNumber, held: ListNumber)

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .older(let number, let held): "filter number \(number) is older than \(held), which is known here"
        }
    }
}
