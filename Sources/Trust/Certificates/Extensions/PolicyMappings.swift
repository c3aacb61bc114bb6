/// Which policies of the subject's domain the issuer takes for which of its own. RFC 5280 §4.2.1.5.
public struct PolicyMappings: Hashable, Sendable {
    /// One pair: the issuer considers the subject's policy equivalent to its own.
    public struct Mapping: Hashable, Sendable {
        public let issuerDomainPolicy: ObjectIdentifier
        public let subjectDomainPolicy: ObjectIdentifier
    }

    /// As listed; at least one.
    public let mappings: [Mapping]

    /// Mappings in one certificate. Bridges between federations list some twenty.
    static let most = 256

    /// `SEQUENCE SIZE (1..MAX) OF SEQUENCE { issuerDomainPolicy, subjectDomainPolicy }`.
    init(_ reader: inout DERReader) throws(DERFailure) {
        let start = reader.position
        var list = try reader.enter(.sequence)
        var mappings: [Mapping] = []
        while !list.isAtEnd {
            let position = list.position
            var pair = try list.enter(.sequence)
            let issuer = try pair.objectIdentifier()
            let subject = try pair.objectIdentifier()
            try pair.finish()
            guard mappings.count < Self.most else { throw DERFailure(.tooManyMembers, at: position) }
            mappings.append(Mapping(issuerDomainPolicy: issuer, subjectDomainPolicy: subject))
        }
        guard !mappings.isEmpty else { throw DERFailure(.empty, at: start) }
        self.mappings = mappings
    }
}
