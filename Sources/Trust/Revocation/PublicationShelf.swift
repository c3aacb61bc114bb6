public import Foundation
public import SymbolonCertificates
internal import SymbolonKeys

/// A list or a filter: signed, numbered, and replaced by one of a higher number.
public protocol NumberedPublication: Sendable {
    /// What it must have in common with another to take its place.
    associatedtype Series: Hashable, Sendable

    /// As a person would call it.
    static var noun: String { get }

    var series: Series { get }
    /// The bytes that were parsed.
    var der: [UInt8] { get }
    /// It grows within a series; nil only when there is a ``defect``.
    var serial: ListNumber? { get }
    var thisUpdate: Date { get }
    /// Why it must not be used.
    var defect: ListDefect? { get }
    /// True when some key that was asked about made its signature.
    var hasSigner: Bool { get }

    /// True when this certificate's key made its signature, in the name of its subject.
    func isSigned(by signer: Certificate) -> Bool
}

/// What one place has given over time, the newest of each series: what came later does not push out what was newer, and
/// what nobody has proved does not push out what somebody has. RFC 5280 §5.2.3.
public struct PublicationShelf<Publication: NumberedPublication>: Sendable {
    /// Signed by a key that was asked about.
    private var proved: [Publication.Series: Publication] = [:]
    /// Of the last time, signed by nobody known here. A peer's path may still prove them.
    private var unproved: [Publication] = []

    public init() {}

    public var publications: [Publication] { proved.values + unproved }

    /// Takes all that the place gives now, or, when a part of it is no good, none of it: what is here stays.
    ///
    /// - Parameter signers: certificates of known signers. Checking a large list's signature here, ahead of need, spares
    ///   the first peer the wait.
    public mutating func take(_ given: [Publication], from signers: [Certificate]) throws(ShelfRefusal) {
        var next = proved
        var others: [Publication] = []
        // What a peer's path has proved since it came.
        for one in unproved where one.hasSigner { next[one.series] = one }
        for one in given {
            if let defect = one.defect { throw .unusable(Publication.noun, defect) }
            let series = one.series
            if let held = next[series], let number = one.serial, let heldNumber = held.serial,
                heldNumber > number || heldNumber == number && held.thisUpdate > one.thisUpdate
            {
                throw .older(Publication.noun, number, held: heldNumber)
            }
            if signers.contains(where: one.isSigned) { next[series] = one } else { others.append(one) }
        }
        (proved, unproved) = (next, others)
    }
}

/// Why lists or filters are not taken in the place of those that are there.
@nonexhaustive
public enum ShelfRefusal: Error, Equatable, Sendable {
    case unusable(_ noun: String, ListDefect)
    /// One of this number after one of a higher number, or of an earlier time with the same number.
    case older(_ noun: String, ListNumber, held: ListNumber)

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .unusable(let noun, let defect): "the revocation \(noun) \(defect.explanation)"
        case .older(let noun, let number, let held):
            "\(noun) number \(number) is older than \(held), which is known here"
        }
    }
}

extension CertificateList: NumberedPublication {
    /// Lists that replace each other: of one issuer, key, scope and kind.
    public struct Series: Hashable, Sendable {
        let issuer: DistinguishedName
        let authorityKeyIdentifier: AuthorityKeyIdentifier?
        let scope: IssuingDistributionPoint?
        let isDelta: Bool
    }

    public static var noun: String { "list" }

    public var serial: ListNumber? { number }
    public var series: Series {
        Series(
            issuer: issuer, authorityKeyIdentifier: parsed.authorityKeyIdentifier, scope: parsed.scope, isDelta: isDelta
        )
    }

    public func isSigned(by signer: Certificate) -> Bool {
        signer.subject == issuer && signer.publicKey.map { isSigned(by: $0) } ?? false
    }
}

extension RevocationFilter: NumberedPublication {
    /// Filters that replace each other.
    public struct Series: Hashable, Sendable {
        let issuerKey: KeyFingerprint
        let isComplete: Bool
    }

    public static var noun: String { "filter" }

    public var serial: ListNumber? { number }
    public var series: Series { Series(issuerKey: issuerKey, isComplete: baseNumber == nil) }
    public var defect: ListDefect? { nil }

    public func isSigned(by signer: Certificate) -> Bool { signer.publicKey.map { isSigned(by: $0) } ?? false }
}
