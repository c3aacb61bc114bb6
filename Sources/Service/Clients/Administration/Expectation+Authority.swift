import SymbolonAuthority
public import SymbolonNames
public import SymbolonVerification

extension Expectation {
    /// The server of a trust domain's authority, by the identity that the authority gives to nobody else: whatever address
    /// it is reached at, and whatever name of it another certificate of the same authority carries.
    public static func authority(of domain: TrustDomain) throws(NameFailure) -> Expectation {
        let path = AuthorityConfiguration.serverName.split(separator: "/").map(String.init)
        return Expectation(
            .server, names: [.spiffe(try SPIFFEID(trustDomain: domain, path: path))],
            revocation: .bestEffort(
                because: "whether its own certificate is revoked only the authority itself could say"))
    }
}
