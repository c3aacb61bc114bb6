public import SymbolonCertificates

/// The lists that one place has given over time, the newest of each kind: what came later does not push out what was
/// newer, and what nobody has proved does not push out what somebody has. RFC 5280 §5.2.3.
public struct ListShelf: Sendable {
    /// Lists that replace each other: of one issuer, key, scope and kind.
    private struct Series: Hashable {
        let issuer: DistinguishedName
        let authorityKeyIdentifier: AuthorityKeyIdentifier?
        let scope: IssuingDistributionPoint?
        let isDelta: Bool
    }

    /// Signed by a key that was asked about.
    private var proved: [Series: CertificateList] = [:]
    /// Of the last time, signed by nobody known here. A peer's path may still prove them.
    private var unproved: [CertificateList] = []

    public init() {}

    public var lists: [CertificateList] { proved.values + unproved }

    /// Until when what is here speaks: the earliest end of any list; nil when there is none.
    public var nextUpdate: CertificateTime? {
        lists.compactMap(\.parsed.nextUpdate).min { $0.seconds < $1.seconds }
    }

    /// Takes all that the place gives now, or, when a part of it is no good, none of it: what is here stays.
    ///
    /// - Parameter signers: certificates of known signers. Checking a large list's signature here, ahead of need, spares
    ///   the first peer the wait.
    public mutating func take(_ given: [CertificateList], from signers: [Certificate]) throws(ListRefusal) {
        var next = proved
        var others: [CertificateList] = []
        // What a peer's path has proved since it came.
        for list in unproved where list.hasSigner { next[Self.series(of: list)] = list }
        for list in given {
            if let defect = list.defect { throw .unusable(defect) }
            let isProved = signers.contains { signer in
                signer.subject == list.issuer && signer.publicKey.map(list.isSigned) ?? false
            }
            let series = Self.series(of: list)
            if let held = next[series], let number = list.number, let heldNumber = held.number,
                heldNumber > number || heldNumber == number && held.thisUpdate > list.thisUpdate
            {
                throw .older(number, held: heldNumber)
            }
            if isProved { next[series] = list } else { others.append(list) }
        }
        (proved, unproved) = (next, others)
    }

    private static func series(of list: CertificateList) -> Series {
        Series(
            issuer: list.issuer, authorityKeyIdentifier: list.parsed.authorityKeyIdentifier, scope: list.parsed.scope,
            isDelta: list.isDelta)
    }
}

/// Why lists are not taken in the place of those that are there.
@nonexhaustive
public enum ListRefusal: Error, Equatable, Sendable {
    case unusable(ListDefect)
    /// A list of this number after one of a higher number, or of an earlier time with the same number.
    case older(ListNumber, held: ListNumber)

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .unusable(let defect): "the revocation list \(defect.explanation)"
        case .older(let number, let held): "list number \(number) is older than \(held), which is known here"
        }
    }
}
