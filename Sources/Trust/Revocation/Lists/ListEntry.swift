package import SymbolonCertificates

/// One member of revokedCertificates, read in place. RFC 5280 §5.1.2.6, §5.3.
struct ListEntry {
    enum Meaning {
        case revoked(RevocationReason)
        /// removeFromCRL: what an earlier list said is taken back.
        case removed
    }

    /// Where the contents octets of the serial number lie.
    let serialNumber: Range<Int>
    let time: CertificateTime
    private(set) var meaning = Meaning.revoked(.unspecified)
    /// Where the GeneralNames of the certificate issuer lie, when the entry names one.
    private(set) var certificateIssuer: DERElement?
    private(set) var unknownCritical: ObjectIdentifier?

    private static let reasonIdentifier = ObjectIdentifier.cRLReasons.contents
    private static let issuerIdentifier = ObjectIdentifier.certificateIssuer.contents

    /// `SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }`.
    init(_ list: inout DERReader) throws(DERFailure) {
        var entry = try list.enter(.sequence)
        serialNumber = try entry.integer().indices
        time = try entry.time()
        guard !entry.isAtEnd else { return }
        var extensions = try entry.enter(.sequence)
        try entry.finish()
        guard !extensions.isAtEnd else { throw DERFailure(.empty, at: extensions.position) }
        var hasReason = false
        while !extensions.isAtEnd {
            let start = extensions.position
            var one = try extensions.enter(.sequence)
            let identifier = try one.next(.objectIdentifier)
            let isCritical = try one.booleanDefaultFalse()
            let octets = try one.next(.octetString)
            try one.finish()
            var value = one.inside(octets)
            let octetsOfIdentifier = one.slice(identifier.contents)
            if octetsOfIdentifier.elementsEqual(Self.reasonIdentifier) {
                guard !hasReason else { throw DERFailure(.trailingBytes(count: extensions.end - start), at: start) }
                hasReason = true
                meaning = try Self.meaning(&value)
            } else if octetsOfIdentifier.elementsEqual(Self.issuerIdentifier) {
                guard certificateIssuer == nil else {
                    throw DERFailure(.trailingBytes(count: extensions.end - start), at: start)
                }
                certificateIssuer = try value.next(.sequence)
            } else {
                guard let unknown = ObjectIdentifier(contents: octetsOfIdentifier) else {
                    throw DERFailure(.invalidObjectIdentifier, at: identifier.start)
                }
                if isCritical { unknownCritical = unknown }
                continue
            }
            try value.finish()
        }
    }

    /// RFC 5280 §5.3.1: `CRLReason ::= ENUMERATED`.
    private static func meaning(_ value: inout DERReader) throws(DERFailure) -> Meaning {
        let start = value.position
        let code = try value.smallInteger(.enumerated)
        if code == 8 { return .removed }
        guard let reason = RevocationReason(code: code) else { throw DERFailure(.integerOutOfRange, at: start) }
        return .revoked(reason)
    }
}

extension DERTag {
    package static let enumerated = DERTag(rawValue: 0x0A)
}
