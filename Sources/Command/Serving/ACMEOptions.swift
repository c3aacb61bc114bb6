import ArgumentParser
import Foundation
import NIOCore
import SymbolonAuthority
import SymbolonClients
import SymbolonEnrollment
import SymbolonNames

/// How the served authority speaks ACME: whom it asks, what it offers, and where it looks.
struct ACMEOptions: ParsableArguments {
    @Flag(name: .customLong("acme"), inversion: .prefixedNo, help: "Whether to offer ACME.")
    var offers = true
    @Flag(
        name: .customLong("acme-require-eab"),
        help: "An ACME account needs a key from an operator: symbolon acme eab create.")
    var requiresExternalAccount = false
    @Option(
        name: .customLong("acme-profile"),
        help: ArgumentHelp(
            "A profile to offer: workload (both ends of a connection) or service (servers, and wildcards), with a life where "
                + "another is wanted than the profile's; may be repeated, the preferred one first (default: workload, service).",
            valueName: "name[=life]"))
    var profiles: [String] = []
    @Option(
        name: .customLong("acme-url"),
        help: ArgumentHelp(
            "The URL by which all clients reach the authority, for several servers behind one name (default: the name that "
                + "each client asks for).", valueName: "url"))
    var url: String?
    @Option(
        name: .customLong("acme-resolver"),
        help: ArgumentHelp(
            "The name server to ask when names are validated, an address with or without a port; may be repeated (default: "
                + "the system's).", valueName: "host:port"))
    var resolvers: [String] = []
    @Option(
        name: .customLong("acme-network"),
        help: ArgumentHelp(
            "Where validation may connect to; may be repeated (default: everywhere but loopback, link-local and other special "
                + "addresses, which are to be named).", valueName: "cidr"))
    var networks: [String] = []
    @Option(
        name: .customLong("acme-http-port"),
        help: ArgumentHelp("Where http-01 is looked at (default: 80).", valueName: "port"))
    var httpPort: Int?
    @Option(
        name: .customLong("acme-tls-port"),
        help: ArgumentHelp("Where tls-alpn-01 is looked at (default: 443).", valueName: "port"))
    var tlsPort: Int?
    @Option(
        name: .customLong("acme-caa"),
        help: ArgumentHelp(
            "Ask for CAA records, and take those that name this issuer; may be repeated (default: they are not asked for).",
            valueName: "issuer"))
    var issuers: [String] = []

    func validate() throws {
        for port in [httpPort, tlsPort].compactMap(\.self) where !(1...65_535).contains(port) {
            throw ValidationError("A port is from 1 to 65535.")
        }
        if let url, !url.hasPrefix("https://") || url.hasSuffix("/") || url.dropFirst("https://".count).contains("/") {
            throw ValidationError("--acme-url is https://HOST or https://HOST:PORT, without a path.")
        }
    }

    /// The server on an authority's store.
    /// - Parameter group: the loops that serve, which look too: what waits for an answer is then on one thread.
    func server(
        _ authority: LocalAuthority, renewal: RenewalPolicy, on group: any EventLoopGroup
    ) throws -> ACMEServer {
        let resolver = Resolver(
            servers: try resolvers.map { try Input.parse($0, as: "the address of a name server", NameServer.init) })
        let issuerNames = try issuers.map { try Input.parse($0, as: "a DNS name", DNSName.init(operatorInput:)) }
        let caa: any CAACheck =
            issuerNames.isEmpty ? NoCAACheck() : DNSCAACheck(issuers: Set(issuerNames), resolver: resolver)
        return ACMEServer(
            try configuration(issuerNames), authority: authority.issuing, certificates: authority.store,
            store: authority.store, validation: ChallengeValidator(try validation(), resolver: resolver, group: group),
            caa: caa, renewal: renewal, clock: { Date() })
    }

    private func configuration(_ issuers: [DNSName]) throws -> ACMEConfiguration {
        var configuration = ACMEConfiguration()
        configuration.requiresExternalAccount = requiresExternalAccount
        configuration.externalURL = url
        configuration.caaIdentities = issuers.map(\.description)
        if !profiles.isEmpty { configuration.profiles = try profiles.map(profile) }
        return configuration
    }

    private func profile(_ text: String) throws -> ACMEProfile {
        let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
        let life = parts.count == 2 ? Life(argument: parts[1]) : nil
        guard let known = ACMEProfile.standard.first(where: { $0.name == parts.first }),
            parts.count == 1 || life != nil
        else {
            throw Complaint(
                what: "\"\(text.printable)\" is no profile that ACME offers",
                why: ACMEProfile.standard.map { "\($0.name): \($0.purpose)" }.joined(separator: "; "),
                mend: "name one of these, with or without a life: --acme-profile workload=12h", exit: .undecided)
        }
        return ACMEProfile(known.name, known.purpose, profile: known.profile, life: life?.duration)
    }

    private func validation() throws -> ValidationSettings {
        var settings = ValidationSettings()
        settings.networks = PermittedNetworks(
            try networks.map { try Input.parse($0, as: "a network", IPNetwork.init) })
        if let httpPort { settings.httpPort = httpPort }
        if let tlsPort { settings.tlsPort = tlsPort }
        return settings
    }
}
