/// The policies under which a certificate was issued. RFC 5280 §4.2.1.4.
public struct CertificatePolicies: Hashable, Sendable {
    /// As listed, anyPolicy among them where it is; at least one, none twice.
    public let identifiers: [ObjectIdentifier]

    /// Policies in one certificate: those in use have under ten, and each is compared with the others.
    static let most = 64

    /// `SEQUENCE SIZE (1..MAX) OF SEQUENCE { policyIdentifier, policyQualifiers SEQUENCE SIZE (1..MAX) OPTIONAL }`.
    /// Qualifiers are for people; they are read for their form only.
    init(_ reader: inout DERReader) throws(DERFailure) {
        let start = reader.position
        var list = try reader.enter(.sequence)
        var identifiers: [ObjectIdentifier] = []
        while !list.isAtEnd {
            let position = list.position
            var information = try list.enter(.sequence)
            let identifier = try information.objectIdentifier()
            if !information.isAtEnd { try Self.checkQualifiers(&information) }
            try information.finish()
            // "A certificate policy OID MUST NOT appear more than once".
            guard !identifiers.contains(identifier) else { throw DERFailure(.repeatedMember, at: position) }
            guard identifiers.count < Self.most else { throw DERFailure(.tooManyMembers, at: position) }
            identifiers.append(identifier)
        }
        guard !identifiers.isEmpty else { throw DERFailure(.empty, at: start) }
        self.identifiers = identifiers
    }

    private static func checkQualifiers(_ information: inout DERReader) throws(DERFailure) {
        let start = information.position
        var qualifiers = try information.enter(.sequence)
        guard !qualifiers.isAtEnd else { throw DERFailure(.empty, at: start) }
        while !qualifiers.isAtEnd {
            var qualifier = try qualifiers.enter(.sequence)
            _ = try qualifier.objectIdentifier()
            _ = try qualifier.next()
            try qualifier.finish()
        }
    }
}
