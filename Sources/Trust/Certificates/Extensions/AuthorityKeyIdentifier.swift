internal import SwiftASN1

/// Which of the issuer's keys signed. RFC 5280 §4.2.1.1. A hint for finding the issuer, never a proof.
public struct AuthorityKeyIdentifier: Hashable, Sendable {
    public let keyIdentifier: [UInt8]?
    /// The issuer's own certificate by its issuer and serial number, both or neither.
    public let issuer: [GeneralName]?
    public let serialNumber: SerialNumber?

    public init(keyIdentifier: [UInt8]) {
        self.keyIdentifier = keyIdentifier
        issuer = nil
        serialNumber = nil
    }

    package init(_ reader: inout DERReader) throws(DERFailure) {
        let start = reader.position
        var inside = try reader.enter(.sequence)
        keyIdentifier = try inside.optional(.context(0)).map { Array(reader.slice($0.contents)) }
        if let names = try inside.optional(.context(1, isConstructed: true)) {
            var list = inside.inside(names)
            issuer = try GeneralName.list(&list)
        } else {
            issuer = nil
        }
        serialNumber = inside.isAtEnd ? nil : SerialNumber(parsed: try inside.integer(.context(2)))
        try inside.finish()
        // RFC 5280 §4.2.1.1: "authorityCertIssuer and authorityCertSerialNumber MUST both be present or both be absent".
        guard (issuer == nil) == (serialNumber == nil) else { throw DERFailure(.halfOfPair, at: start) }
    }

    var derBytes: [UInt8] {
        DER.Serializer.bytes { der in
            der.sequence { der in
                if let keyIdentifier { der.context(0, primitive: keyIdentifier) }
                if let issuer {
                    der.context(1) { der in
                        for name in issuer { name.write(into: &der) }
                    }
                }
                if let serialNumber { der.context(2, primitive: serialNumber.contents) }
            }
        }
    }
}
