import SymbolonNames

/// Which names an authority certifies under one profile: the profile's kinds, inside the configuration's limits.
struct NamePolicy {
    let configuration: AuthorityConfiguration
    let profile: CertificateProfile

    /// Every name beside the identity is checked by itself, so a refusal names the one that is at fault.
    func check(_ name: SubjectName, beside identity: SubjectName) throws(NameRefusal) {
        if name == identity, case .spiffe = name { return }
        switch name {
        case .dns(let pattern):
            try checkKind(.dns)
            try check(pattern)
        case .ip(let address):
            try checkKind(.ip)
            guard configuration.permittedNetworks.contains(where: { $0.contains(address) }) else {
                throw .outsideNetworks(address, permitted: configuration.permittedNetworks)
            }
        case .mail(let mailbox):
            try checkKind(.mail)
            guard configuration.permittedMail.contains(mailbox.domain) else {
                throw .outsideMail(mailbox, permitted: configuration.permittedMail)
            }
        case .spiffe, .uri:
            throw .otherIdentity(name, own: identity)
        }
    }

    private func checkKind(_ kind: CertificateProfile.NameKind) throws(NameRefusal) {
        guard profile.extraNames.contains(kind) else { throw .kind(kind, notIn: profile.name) }
    }

    /// A wildcard right below a permitted suffix would speak for every name of the domain, so it needs a label between.
    private func check(_ pattern: DNSPattern) throws(NameRefusal) {
        guard configuration.permittedDNS.contains(where: pattern.base.isAtOrBelow) else {
            throw .outsideDNS(pattern, permitted: configuration.permittedDNS)
        }
        guard pattern.isWildcard else { return }
        guard profile.allowsWildcards else { throw .wildcard(pattern, notIn: profile.name) }
        guard !configuration.permittedDNS.contains(pattern.base) else { throw .wildcardOverSuffix(pattern) }
    }
}
