/// How an ACME server behaves, as its operator says it.
public struct ACMEConfiguration: Equatable, Sendable {
    /// In the order of preference: an order that names none gets the first that takes all its identifiers.
    public var profiles: [ACMEProfile]
    /// For accounts that have none of their own.
    public var policy: ACMEPolicy
    /// Whether an account needs an operator's key (RFC 8555 §7.3.4).
    public var requiresExternalAccount: Bool
    /// New accounts from one network.
    public var accounts: ACMEPolicy.Allowance
    /// Failed validations of one identifier by one account, before it has to wait.
    public var failures: ACMEPolicy.Allowance
    /// For how long after its validation an authorization may be used, also by other orders.
    public var authorizationLife: Duration
    /// For how long an order and its pending authorizations wait.
    public var orderLife: Duration
    /// For how long the answer to a challenge's request waits for what the first look sees; zero: it does not.
    public var firstLook: Duration
    /// How long after a failed look the next one follows; when they are used up the challenge has failed. RFC 8555 §8.2.
    public var retries: [Duration]
    /// RFC 8555 §9.7.6: what stands in CAA records for this authority.
    public var caaIdentities: [String]
    /// `https://acme.example.internal:8443`; nil: the name that the client asks for.
    public var externalURL: String?

    /// - Parameters:
    ///   - accounts: 300 an hour unless told: a network behind one address may be a whole site.
    ///   - failures: 5 an hour unless told: what Let's Encrypt allows.
    ///   - authorizationLife: 8 hours unless told.
    ///   - firstLook: 0.2 s unless told: longer than most looks take, shorter than a client comes again.
    ///   - retries: after 1, 3 and 8 s unless told: a program that begins to serve the answer a moment too late is found,
    ///     one that never will is told soon.
    public init(
        profiles: [ACMEProfile] = ACMEProfile.standard, policy: ACMEPolicy = ACMEPolicy(),
        requiresExternalAccount: Bool = false,
        accounts: ACMEPolicy.Allowance = ACMEPolicy.Allowance(300, in: .seconds(3600)),
        failures: ACMEPolicy.Allowance = ACMEPolicy.Allowance(5, in: .seconds(3600)),
        authorizationLife: Duration = .seconds(8 * 3600), orderLife: Duration = .seconds(24 * 3600),
        firstLook: Duration = .milliseconds(200), retries: [Duration] = [.seconds(1), .seconds(3), .seconds(8)],
        caaIdentities: [String] = [], externalURL: String? = nil
    ) {
        self.profiles = profiles
        self.policy = policy
        self.requiresExternalAccount = requiresExternalAccount
        self.accounts = accounts
        self.failures = failures
        self.authorizationLife = authorizationLife
        self.orderLife = orderLife
        self.firstLook = firstLook
        self.retries = retries
        self.caaIdentities = caaIdentities
        self.externalURL = externalURL
    }
}
