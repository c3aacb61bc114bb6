import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames

/// What an authority is for: its trust domain, the names that it may certify, and how long its own certificates live.
public struct AuthorityConfiguration: Equatable, Sendable {
    public let trustDomain: TrustDomain
    /// For people reading a certificate; at most 64 characters (RFC 5280 Appendix A.1, ub-organization-name).
    public let organisation: String
    public let keyAlgorithm: KeyAlgorithm
    /// A DNS name may be certified when it is one of these or below one.
    public internal(set) var permittedDNS: [DNSName]
    /// An address may be certified when it is inside one of these.
    public internal(set) var permittedNetworks: [IPNetwork]
    /// A mailbox may be certified when its domain is one of these; not when it is below one.
    public internal(set) var permittedMail: [DNSName]
    /// Where its lists are found: the first as new certificates say, the others as earlier ones do. None: nowhere.
    public internal(set) var publishedAt: [PublicationAddress] = []
    public let rootLife: Duration
    public let issuingLife: Duration

    /// - Parameters:
    ///   - organisation: the trust domain unless told.
    ///   - permittedDNS: the trust domain and `localhost` unless told.
    ///   - permittedNetworks: `privateNetworks` unless told.
    ///   - permittedMail: the trust domain unless told.
    ///   - rootLife: the root profile's default unless told, and at most its maximum.
    ///   - issuingLife: the issuing profile's default unless told, and at most its maximum.
    public init(
        trustDomain: TrustDomain, organisation: String? = nil, keyAlgorithm: KeyAlgorithm = .p256,
        permittedDNS: [DNSName]? = nil, permittedNetworks: [IPNetwork]? = nil, permittedMail: [DNSName]? = nil,
        rootLife: Duration = CertificateProfile.root.defaultLife,
        issuingLife: Duration = CertificateProfile.issuing.defaultLife
    ) throws(ConfigurationFailure) {
        self.trustDomain = trustDomain
        self.organisation = organisation ?? trustDomain.description
        self.keyAlgorithm = keyAlgorithm
        let domain = [try? DNSName(trustDomain.description)].compactMap(\.self)
        self.permittedDNS = permittedDNS ?? domain + [Self.localhost]
        self.permittedNetworks = permittedNetworks ?? Self.privateNetworks
        self.permittedMail = permittedMail ?? domain
        self.rootLife = rootLife
        self.issuingLife = issuingLife
        try checkOrganisation()
        try checkLife(rootLife, of: .root)
        try checkLife(issuingLife, of: .issuing)
    }

    private func checkOrganisation() throws(ConfigurationFailure) {
        guard !organisation.isEmpty, organisation.unicodeScalars.count <= DistinguishedName.longestText else {
            throw .organisationLength(organisation.unicodeScalars.count, allowed: 1...DistinguishedName.longestText)
        }
        guard !organisation.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
            throw .organisationHasControlCharacter
        }
    }

    private func checkLife(_ life: Duration, of profile: CertificateProfile) throws(ConfigurationFailure) {
        guard life > .zero, life <= profile.maximumLife else {
            throw .life(profile.name, life, maximum: profile.maximumLife)
        }
    }

    private static let localhost = constant { try DNSName("localhost") }

    /// Loopback (RFC 1122, RFC 4291), private IPv4 (RFC 1918) and unique local IPv6 (RFC 4193). Link-local addresses
    /// are left out: two links may each have one.
    public static let privateNetworks = [
        "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
    ]
    .map { network in constant { try IPNetwork(network) } }
}

/// A value spelled in this source, which therefore parses.
private func constant<Value>(_ parse: () throws -> Value) -> Value {
    do {
        return try parse()
    } catch {
        preconditionFailure("a constant does not parse: \(error)")
    }
}

/// What about a configuration cannot be.
public enum ConfigurationFailure: Error, Equatable, Sendable {
    case organisationLength(Int, allowed: ClosedRange<Int>)
    case organisationHasControlCharacter
    case life(ProfileName, Duration, maximum: Duration)

    public var explanation: String {
        switch self {
        case .organisationLength(let count, let allowed):
            "the organisation has \(count) characters; \(allowed.lowerBound) to \(allowed.upperBound) are allowed"
        case .organisationHasControlCharacter: "the organisation holds a control character"
        case .life(let profile, let life, let maximum):
            "a life of \(life.inWords) for the \(profile) certificate; "
                + "more than none and at most \(maximum.inWords) is allowed"
        }
    }
}
