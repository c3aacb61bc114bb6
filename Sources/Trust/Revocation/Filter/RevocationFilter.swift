public import Foundation
package import SymbolonCertificates
public import SymbolonKeys

/// What is revoked of all that one authority issued up to a moment, in a few bits for each that is revoked: parsed, nothing
/// believed. docs/RevocationFilter.md has the format.
///
/// It is exact for the certificates that it covers; what its bits say of any other means nothing, and is never asked.
/// Copies share one store.
public struct RevocationFilter: Sendable {
    /// The largest that is read, in octets. 64 MiB: thirty million revoked among a thousand million.
    public static let largest = 1 << 26

    let parsed: ParsedFilter

    /// Parses one filter and nothing after it.
    public init(der: some Collection<UInt8>) throws(FilterFailure) {
        guard der.count <= Self.largest else { throw .tooLarge(octets: der.count, limit: Self.largest) }
        parsed = try ParsedFilter((der as? [UInt8]) ?? Array(der))
    }

    /// The bytes that were parsed.
    public var der: [UInt8] { parsed.der }
    /// The authority's key.
    public var issuerKey: KeyFingerprint { parsed.issuerKey }
    /// It grows with every filter of one key.
    public var number: ListNumber { parsed.number }
    /// The number of the complete filter that this one brings up to date; nil when it is itself complete.
    public var baseNumber: ListNumber? { parsed.changes?.baseNumber }
    public var thisUpdate: Date { parsed.thisUpdate.date }
    public var nextUpdate: Date { parsed.nextUpdate.date }
    /// Every certificate of the key whose notBefore is not later is accounted for, unless it had ended by ``thisUpdate``.
    public var covers: Date { parsed.covers.date }

    /// True when `key` made the filter's signature. A second question about a key is answered from memory.
    public func isSigned(by key: PublicKey) -> Bool {
        parsed.signature.isMade(by: key) { parsed.isSigned(by: key) }
    }

    /// True when some key that was asked about made the signature: whether that key may speak is the verifier's to say.
    public var hasSigner: Bool { parsed.signature.hasMaker }

    /// Whether the filter is right about every certificate of a set, which is one that it covers.
    ///
    /// - Parameter base: the complete filter that this one brings up to date, when the set is one that the former covers.
    public func isExact(for issued: IssuedCertificates, updating base: RevocationFilter? = nil) -> Bool {
        issued.allSatisfy { number, isRevoked in
            guard let base else { return parsed.segment.isRevoked(number) == isRevoked }
            return marks(number, updating: base) == isRevoked
        }
    }

    /// What its bits say of a certificate, whether or not the filter is to be believed and covers it.
    package func isMarked(_ serialNumber: SerialNumber) -> Bool { marks(serialNumber.contents[...], updating: self) }

    /// What this filter's changes say of a certificate that `base` covers, or, where they say nothing, the bits of `base`.
    func marks(_ number: ArraySlice<UInt8>, updating base: RevocationFilter) -> Bool {
        parsed.changes?.changes.isRevoked(number) ?? base.parsed.segment.isRevoked(number)
    }
}
