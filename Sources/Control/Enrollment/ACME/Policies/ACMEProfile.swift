public import SymbolonAuthority

/// A kind of certificate that an order may ask for by name (draft-ietf-acme-profiles §3).
public struct ACMEProfile: Equatable, Sendable {
    public let name: String
    /// For people: the value in the directory's `meta`.
    public let purpose: String
    public let profile: ProfileName
    /// The certificate profile's default when nil.
    public let life: Duration?

    public init(_ name: String, _ purpose: String, profile: ProfileName, life: Duration? = nil) {
        self.name = name
        self.purpose = purpose
        self.profile = profile
        self.life = life
    }

    /// `workload` for both ends of a connection, `service` for servers alone and for wildcards.
    public static let standard = [
        ACMEProfile("workload", "serverAuth and clientAuth: both ends of a mutual connection", profile: .workload),
        ACMEProfile("service", "serverAuth alone; takes wildcards", profile: .service),
    ]
}
