public import Foundation
internal import SymbolonCertificates
public import SymbolonKeys

/// What a filter is to say: everything but the signature.
public struct FilterTemplate: Sendable {
    public var signatureAlgorithm: SignatureAlgorithm
    public var issuerKey: KeyFingerprint
    /// Above that of every earlier filter of the key.
    public var number: ListNumber
    /// Times are written in whole seconds, the fraction dropped.
    public var thisUpdate: Date
    public var nextUpdate: Date
    /// Not later than ``thisUpdate`` less the time by which the authority dates its certificates back: a certificate that
    /// is issued afterwards begins later.
    public var covers: Date

    public init(
        signatureAlgorithm: SignatureAlgorithm, issuerKey: KeyFingerprint, number: ListNumber, thisUpdate: Date,
        nextUpdate: Date, covers: Date
    ) {
        self.signatureAlgorithm = signatureAlgorithm
        self.issuerKey = issuerKey
        self.number = number
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.covers = covers
    }

    /// The bytes to sign, of a complete filter.
    ///
    /// - Parameters:
    ///   - issued: every certificate of the key that began by ``covers`` and has not ended by ``thisUpdate``.
    ///   - seeds: draws 16 octets at each call.
    public func derBytes(of issued: IssuedCertificates, seeds: () -> [UInt8]) -> [UInt8] {
        derBytes(FilterSegment(issued, seeds: seeds), changes: [])
    }

    /// The bytes to sign, of a filter that brings `base` up to date.
    ///
    /// - Parameters:
    ///   - base: a complete filter.
    ///   - covered: the certificates that `base` covers and that have not ended by ``thisUpdate``, as they are now.
    ///   - since: those that began after what `base` covers, up to ``covers``.
    ///   - seeds: draws 16 octets at each call.
    public func derBytes(
        updating base: RevocationFilter, covered: IssuedCertificates, since: IssuedCertificates, seeds: () -> [UInt8]
    ) -> [UInt8] {
        let changes = FilterChanges(from: base.parsed.segment.isRevoked, to: covered, seeds: seeds)
        return derBytes(
            FilterSegment(since, seeds: seeds),
            changes: DERWriter.element(
                .context(0, isConstructed: true), base.number.derBytes + changes.derBytes))
    }

    private func derBytes(_ segment: FilterSegment, changes: [UInt8]) -> [UInt8] {
        var octets = DERWriter.element(.utf8String, Array(ParsedFilter.format.utf8)) + signatureAlgorithm.identifier
        octets += DERWriter.element(.octetString, issuerKey.bytes) + number.derBytes
        for moment in [thisUpdate, nextUpdate, covers] { CertificateTime(moment).append(to: &octets) }
        octets += DERWriter.sequence(segment.approximate.derBytes, segment.exact.derBytes) + changes
        DERWriter.enclose(&octets, in: .sequence)
        return octets
    }
}

extension RevocationFilter {
    /// Puts signed bytes and their signature together and parses the whole, so that what leaves is what a verifier will
    /// read. Does not verify the signature: ``isSigned(by:)`` does.
    public static func assemble(
        tbs: consuming [UInt8], algorithm: SignatureAlgorithm, signature: [UInt8]
    ) throws(FilterFailure) -> RevocationFilter {
        tbs += algorithm.identifier + DERWriter.element(.bitString, [0] + signature)
        DERWriter.enclose(&tbs, in: .sequence)
        return try RevocationFilter(der: tbs)
    }
}

extension Ribbon {
    fileprivate var derBytes: [UInt8] {
        var octets: [UInt8] = []
        octets.reserveCapacity(words.count * 8)
        for word in words {
            for index in 0..<8 { octets.append(UInt8(truncatingIfNeeded: word >> UInt64(index * 8))) }
        }
        return DERWriter.sequence(
            DERWriter.element(.octetString, seed), ListNumber(Int64(bits)).derBytes,
            DERWriter.element(.octetString, octets))
    }
}

extension FilterChanges {
    fileprivate var derBytes: [UInt8] {
        func numbers(_ hashes: [UInt64]) -> [UInt8] {
            DERWriter.sequence(
                ListNumber(Int64(hashes.count)).derBytes,
                DERWriter.element(.octetString, RiceCoding.encode(hashes, width: width)))
        }
        return DERWriter.element(.octetString, seed) + ListNumber(Int64(width)).derBytes + numbers(revoked)
            + numbers(good)
    }
}
