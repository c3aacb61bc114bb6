import SymbolonKeys
import SymbolonNames

/// Names as their canonical text, lives as whole seconds; what does not parse is refused.
extension AuthorityConfiguration: Codable {
    private enum CodingKeys: String, CodingKey {
        case trustDomain, organisation, keyAlgorithm, permittedDNS, permittedNetworks, permittedMail
        case rootLifeSeconds, issuingLifeSeconds
    }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        try self.init(
            trustDomain: TrustDomain(values.decode(String.self, forKey: .trustDomain)),
            organisation: values.decode(String.self, forKey: .organisation),
            keyAlgorithm: values.decode(KeyAlgorithm.self, forKey: .keyAlgorithm),
            permittedDNS: values.decode([String].self, forKey: .permittedDNS).map { try DNSName($0) },
            permittedNetworks: values.decode([String].self, forKey: .permittedNetworks).map { try IPNetwork($0) },
            permittedMail: values.decode([String].self, forKey: .permittedMail).map { try DNSName($0) },
            rootLife: .seconds(values.decode(Int64.self, forKey: .rootLifeSeconds)),
            issuingLife: .seconds(values.decode(Int64.self, forKey: .issuingLifeSeconds)))
    }

    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(trustDomain.description, forKey: .trustDomain)
        try values.encode(organisation, forKey: .organisation)
        try values.encode(keyAlgorithm, forKey: .keyAlgorithm)
        try values.encode(permittedDNS.map(\.description), forKey: .permittedDNS)
        try values.encode(permittedNetworks.map(\.description), forKey: .permittedNetworks)
        try values.encode(permittedMail.map(\.description), forKey: .permittedMail)
        try values.encode(rootLife.components.seconds, forKey: .rootLifeSeconds)
        try values.encode(issuingLife.components.seconds, forKey: .issuingLifeSeconds)
    }
}
