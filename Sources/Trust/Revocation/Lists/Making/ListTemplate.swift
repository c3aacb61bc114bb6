public import Foundation
public import SymbolonCertificates
public import SymbolonKeys

/// What a list is to say: everything but the signature. RFC 5280 §5.1.2, version 2.
public struct ListTemplate: Sendable {
    public var signatureAlgorithm: SignatureAlgorithm
    public var issuer: DistinguishedName
    /// As the issuer's certificate has it. RFC 5280 §5.2.1.
    public var authorityKeyIdentifier: [UInt8]
    /// Written in whole seconds, the fraction dropped.
    public var thisUpdate: Date
    public var nextUpdate: Date
    /// RFC 5280 §5.2.3.
    public var number: ListNumber
    /// The number of the list that this delta builds on; nil: it is complete. RFC 5280 §5.2.4.
    public var baseNumber: ListNumber?
    /// Every URL under which certificates name this part of the issuer's certificates (RFC 5280 §5.2.5); none: the list
    /// speaks for all of them.
    public var addresses: [String] = []
    /// Where the deltas to a complete list are. RFC 5280 §5.2.6.
    public var deltaAddresses: [String] = []

    public init(
        signatureAlgorithm: SignatureAlgorithm, issuer: DistinguishedName, authorityKeyIdentifier: [UInt8],
        thisUpdate: Date, nextUpdate: Date, number: ListNumber, baseNumber: ListNumber? = nil
    ) {
        self.signatureAlgorithm = signatureAlgorithm
        self.issuer = issuer
        self.authorityKeyIdentifier = authorityKeyIdentifier
        self.thisUpdate = thisUpdate
        self.nextUpdate = nextUpdate
        self.number = number
        self.baseNumber = baseNumber
    }

    /// The bytes to sign: DER of the TBSCertList, made in the room that the entries are in.
    public func derBytes(listing entries: consuming RevokedCertificates) -> [UInt8] {
        var octets = entries.octets
        entries = RevokedCertificates(expecting: 0)
        // RFC 5280 §5.1.2.6: "If there are no revoked certificates, the revokedCertificates list MUST be absent".
        if !octets.isEmpty { DERWriter.enclose(&octets, in: .sequence) }
        var head = DERWriter.element(.integer, [1]) + signatureAlgorithm.identifier + issuer.derBytes
        for moment in [thisUpdate, nextUpdate] { CertificateTime(moment).append(to: &head) }
        octets.insert(contentsOf: head, at: 0)
        let all = extensions.flatMap { DERWriter.extension($0) }
        octets += DERWriter.element(.context(0, isConstructed: true), DERWriter.element(.sequence, all))
        DERWriter.enclose(&octets, in: .sequence)
        return octets
    }

    private var extensions: [Extension] {
        var extensions: [Extension] = [
            .authorityKeyIdentifier(AuthorityKeyIdentifier(keyIdentifier: authorityKeyIdentifier)),
            Extension(.cRLNumber, isCritical: false, value: number.derBytes),
        ]
        if let baseNumber {
            extensions.append(Extension(.deltaCRLIndicator, isCritical: true, value: baseNumber.derBytes))
        }
        if !addresses.isEmpty {
            let value = DERWriter.sequence(DistributionPointName.derBytes(uris: addresses))
            extensions.append(Extension(.issuingDistributionPoint, isCritical: true, value: value))
        }
        // RFC 5280 §5.2.6: "MUST NOT appear in delta CRLs".
        if baseNumber == nil, !deltaAddresses.isEmpty {
            extensions.append(.distributionPoints(.freshestCRL, deltaAddresses))
        }
        return extensions
    }
}

extension CertificateList {
    /// Puts signed bytes and their signature together and parses the whole, so that what leaves is what a verifier will
    /// read. Does not verify the signature: ``isSigned(by:)`` does.
    public static func assemble(
        tbs: consuming [UInt8], algorithm: SignatureAlgorithm, signature: [UInt8]
    ) throws(ListFailure) -> CertificateList {
        tbs += algorithm.identifier + DERWriter.element(.bitString, [0] + signature)
        DERWriter.enclose(&tbs, in: .sequence)
        return try CertificateList(der: tbs)
    }
}

extension Extension {
    /// RFC 5280 §4.2.1.13, §5.2.6: one point with these addresses, by every reason, of the issuer itself. Not critical.
    ///
    /// - Parameter identifier: ``ObjectIdentifier/cRLDistributionPoints`` or ``ObjectIdentifier/freshestCRL``.
    package static func distributionPoints(_ identifier: ObjectIdentifier, _ uris: [String]) -> Extension {
        Extension(
            identifier, isCritical: false,
            value: DERWriter.sequence(DERWriter.sequence(DistributionPointName.derBytes(uris: uris))))
    }
}

extension DistributionPointName {
    /// `distributionPoint [0] { fullName [0] GeneralNames }`.
    static func derBytes(uris: [String]) -> [UInt8] {
        let names = uris.flatMap { DERWriter.element(.context(6), Array($0.utf8)) }
        return DERWriter.element(
            .context(0, isConstructed: true), DERWriter.element(.context(0, isConstructed: true), names))
    }
}
