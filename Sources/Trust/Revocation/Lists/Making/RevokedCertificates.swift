public import Foundation
public import SymbolonCertificates
internal import SymbolonKeys

/// revokedCertificates of a list to be made (RFC 5280 §5.1.2.6), written as they come: what is held is their DER alone.
public struct RevokedCertificates: Sendable {
    public private(set) var count = 0
    private(set) var octets: [UInt8] = []

    /// An entry of ours with every extension: serial number 22, time 17, reason 12, invalidity date 26, headers 4.
    private static let longest = 81
    /// What stands before and after the entries, so that the list is made in place.
    private static let surroundings = 4096

    /// - Parameter count: how many will come, as far as is known: the room is made once.
    public init(expecting count: Int) {
        octets.reserveCapacity(min(count, CertificateList.largest / Self.longest) * Self.longest + Self.surroundings)
    }

    /// - Parameters:
    ///   - serialNumber: one that an authority may issue: at most 20 octets.
    ///   - invalidSince: when the key was lost or the certificate became false, where that is known. RFC 5280 §5.3.2.
    public mutating func append(_ serialNumber: SerialNumber, _ revocation: Revocation, invalidSince: Date? = nil) {
        // RFC 5280 §5.3.1: unspecified "SHOULD be absent".
        let code = revocation.reason == .unspecified ? nil : revocation.reason.code
        append(serialNumber, CertificateTime(revocation.since), code: code, invalidSince.map(CertificateTime.init))
    }

    /// For delta lists: the certificate is no longer on hold. RFC 5280 §5.2.4, §5.3.1 (removeFromCRL).
    public mutating func append(released serialNumber: SerialNumber, at moment: Date) {
        append(serialNumber, CertificateTime(moment), code: 8, nil)
    }

    private static let reason = ObjectIdentifier.cRLReasons.contents
    private static let invalidityDate = ObjectIdentifier.invalidityDate.contents

    /// `SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }`. No part has 128 octets, so that every
    /// length is one octet.
    private mutating func append(
        _ serialNumber: SerialNumber, _ time: CertificateTime, code: Int?, _ invalidSince: CertificateTime?
    ) {
        precondition(serialNumber.violation == nil, "no authority issues such a serial number")
        count += 1
        let start = octets.count
        octets.append(DERTag.sequence.rawValue)
        octets.append(0)
        octets.append(DERTag.integer.rawValue)
        octets.append(UInt8(serialNumber.contents.count))
        octets.append(contentsOf: serialNumber.contents)
        time.append(to: &octets)
        if code != nil || invalidSince != nil {
            let extensions = octets.count
            octets.append(DERTag.sequence.rawValue)
            octets.append(0)
            if let code {
                append(Self.reason, value: 3)
                octets.append(DERTag.enumerated.rawValue)
                octets.append(1)
                octets.append(UInt8(code))
            }
            if let invalidSince {
                append(Self.invalidityDate, value: 17)
                // RFC 5280 §5.3.2: GeneralizedTime whatever the year.
                invalidSince.written(as: .generalizedTime).append(to: &octets)
            }
            octets[extensions + 1] = UInt8(octets.count - extensions - 2)
        }
        octets[start + 1] = UInt8(octets.count - start - 2)
    }

    /// The beginning of one Extension, not critical, whose value has so many octets.
    private mutating func append(_ identifier: [UInt8], value count: UInt8) {
        octets.append(DERTag.sequence.rawValue)
        octets.append(UInt8(identifier.count) + 4 + count)
        octets.append(DERTag.objectIdentifier.rawValue)
        octets.append(UInt8(identifier.count))
        octets.append(contentsOf: identifier)
        octets.append(DERTag.octetString.rawValue)
        octets.append(count)
    }
}
