/// After how many more certificates a policy must be there, and mappings count no longer. RFC 5280 §4.2.1.11.
public struct PolicyConstraints: Hashable, Sendable {
    public let requireExplicitPolicy: Int?
    public let inhibitPolicyMapping: Int?

    /// `SEQUENCE { requireExplicitPolicy [0] OPTIONAL, inhibitPolicyMapping [1] OPTIONAL }`, and never empty.
    init(_ reader: inout DERReader) throws(DERFailure) {
        let start = reader.position
        var inside = try reader.enter(.sequence)
        requireExplicitPolicy =
            inside.nextTag == .context(0) ? try inside.skipCertificates(.context(0)) : nil
        inhibitPolicyMapping =
            inside.nextTag == .context(1) ? try inside.skipCertificates(.context(1)) : nil
        try inside.finish()
        guard requireExplicitPolicy != nil || inhibitPolicyMapping != nil else { throw DERFailure(.empty, at: start) }
    }
}

extension DERReader {
    /// RFC 5280 §4.2.1.11: `SkipCerts ::= INTEGER (0..MAX)`. A number that no path reaches is read as the largest we hold:
    /// both say "never".
    mutating func skipCertificates(_ tag: DERTag = .integer) throws(DERFailure) -> Int {
        let start = position
        let octets = try integer(tag)
        guard octets[octets.startIndex] & 0x80 == 0 else { throw DERFailure(.integerOutOfRange, at: start) }
        guard octets.count <= 4 else { return Int(Int32.max) }
        return octets.reduce(0) { $0 << 8 | Int($1) }
    }
}
