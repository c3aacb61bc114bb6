public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames

/// What somebody asks the authority to certify. Nothing in it is checked.
public struct IssuanceRequest: Equatable, Sendable {
    public let profile: ProfileName
    /// Short, as in `web` or `alice`; the profile makes the identity of it.
    public let name: String
    /// What stands beside the identity.
    public let names: [SubjectName]
    public let publicKey: PublicKey
    /// The profile's default when `nil`.
    public let life: Duration?
    /// Who asks, for the audit record.
    public let actor: String
    /// The holder's certificate that this one takes the place of, where that was proved.
    public var replaces: SerialNumber?
    /// For a server or responder of the authority itself, whose name nobody else may have.
    let isAuthoritys: Bool

    public init(
        profile: ProfileName, name: String, names: [SubjectName] = [], publicKey: PublicKey, life: Duration? = nil,
        actor: String
    ) {
        self.profile = profile
        self.name = name
        self.names = names
        self.publicKey = publicKey
        self.life = life
        self.actor = actor
        isAuthoritys = false
    }

    init(forServerWith publicKey: PublicKey, names: [SubjectName], life: Duration?, actor: String) {
        profile = .service
        name = AuthorityConfiguration.serverName
        self.names = names
        self.publicKey = publicKey
        self.life = life
        self.actor = actor
        isAuthoritys = true
    }

    init(forResponderWith publicKey: PublicKey, life: Duration, actor: String) {
        profile = .responder
        name = AuthorityConfiguration.responderName
        names = []
        self.publicKey = publicKey
        self.life = life
        self.actor = actor
        isAuthoritys = true
    }

    /// How the short name becomes an identity; nil: this profile is not for this request.
    var identityForm: CertificateProfile.IdentityForm? {
        switch CertificateProfile.named(profile).role {
        case .authority: nil
        case .responder: isAuthoritys ? .plain : nil
        case .leaf(let form): form
        }
    }
}
