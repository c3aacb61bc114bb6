/// One extension as it stands in a certificate. RFC 5280 §4.2.
public struct Extension: Hashable, Sendable {
    public let identifier: ObjectIdentifier
    public let isCritical: Bool
    /// What its OCTET STRING holds.
    public let value: ArraySlice<UInt8>

    public init(_ identifier: ObjectIdentifier, isCritical: Bool, value: some Collection<UInt8>) {
        self.identifier = identifier
        self.isCritical = isCritical
        self.value = ArraySlice(value)
    }

    /// `SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }`, and where its value lies.
    package static func parse(
        _ reader: inout DERReader
    ) throws(DERFailure) -> (Extension, value: DERReader) {
        var inside = try reader.enter(.sequence)
        let identifier = try inside.objectIdentifier()
        let isCritical = try inside.booleanDefaultFalse()
        let value = try inside.next(.octetString)
        try inside.finish()
        return (
            Extension(identifier, isCritical: isCritical, value: reader.slice(value.contents)), inside.inside(value)
        )
    }
}
