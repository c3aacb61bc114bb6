/// Where an authority says it can be reached. RFC 5280 §4.2.2.1. Nothing is ever fetched from there, so nothing is kept;
/// but a certificate whose extension is malformed is malformed.
enum AccessDescriptions {
    /// `SEQUENCE SIZE (1..MAX) OF SEQUENCE { accessMethod, accessLocation GeneralName }`.
    static func check(_ reader: inout DERReader) throws(DERFailure) {
        let start = reader.position
        var list = try reader.enter(.sequence)
        guard !list.isAtEnd else { throw DERFailure(.empty, at: start) }
        while !list.isAtEnd {
            var description = try list.enter(.sequence)
            _ = try description.objectIdentifier()
            _ = try GeneralName(&description)
            try description.finish()
        }
    }
}
