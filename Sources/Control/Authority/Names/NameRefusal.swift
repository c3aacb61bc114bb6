public import SymbolonNames

/// Why a well-formed name is not certified here.
public enum NameRefusal: Error, Equatable, Sendable {
    case kind(CertificateProfile.NameKind, notIn: ProfileName)
    case outsideDNS(DNSPattern, permitted: [DNSName])
    case wildcard(DNSPattern, notIn: ProfileName)
    case wildcardOverSuffix(DNSPattern)
    case outsideNetworks(IPAddress, permitted: [IPNetwork])
    case outsideMail(Mailbox, permitted: [DNSName])
    /// A certificate has one SPIFFE ID, which follows from its short name, and no other URI.
    case otherIdentity(SubjectName, own: SubjectName)

    public var explanation: String {
        switch self {
        case .kind(let kind, let profile): "the \(profile) profile takes no \(kind.rawValue) names"
        case .outsideDNS(let pattern, let permitted):
            "dns:\(pattern) is not at or below a permitted domain (\(Self.list(permitted)))"
        case .wildcard(let pattern, let profile): "dns:\(pattern) is a wildcard, and the \(profile) profile takes none"
        case .wildcardOverSuffix(let pattern):
            "dns:\(pattern) is right below a permitted domain and would speak for every host of it"
        case .outsideNetworks(let address, let permitted):
            "ip:\(address) is outside the permitted networks (\(Self.list(permitted)))"
        case .outsideMail(let mailbox, let permitted):
            "mail:\(mailbox) is not of a permitted mail domain (\(Self.list(permitted)))"
        case .otherIdentity(let name, let own): "\(name) is another identity than \(own)"
        }
    }

    private static func list(_ permitted: [some CustomStringConvertible]) -> String {
        permitted.isEmpty ? "none" : permitted.map(\.description).joined(separator: ", ")
    }
}
