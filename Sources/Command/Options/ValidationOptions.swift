import ArgumentParser
import SymbolonClients
import SymbolonEnrollment
import SymbolonNames

/// How an ACME server sees whether an applicant controls a name.
struct ValidationOptions: ParsableArguments {
    @Option(
        name: .customLong("dns-server"),
        help: ArgumentHelp(
            "Validate by this name server; may be repeated (default: the system's).", valueName: "address[:port]"))
    var servers: [String] = []
    @Option(
        name: .customLong("validation-network"),
        help: ArgumentHelp(
            "Validate only hosts in this network; may be repeated (default: all but loopback, link-local and the like; "
                + "those only when they are named here).", valueName: "cidr"))
    var networks: [String] = []
    @Option(
        name: .customLong("http-01-port"),
        help: ArgumentHelp("Where http-01 is answered (default: 80).", valueName: "port"))
    var httpPort: Int?
    @Option(
        name: .customLong("tls-alpn-01-port"),
        help: ArgumentHelp(
            "Where tls-alpn-01 is answered, and https when http-01 is redirected (default: 443).", valueName: "port"))
    var tlsPort: Int?
    @Option(
        help: ArgumentHelp(
            "Certify by ACME only what CAA records let this issuer certify; may be repeated (default: CAA is not asked).",
            valueName: "domain"))
    var caa: [String] = []

    func validate() throws {
        for (name, port) in [("--http-01-port", httpPort), ("--tls-alpn-01-port", tlsPort)] {
            guard let port, !(1...65_535).contains(port) else { continue }
            throw ValidationError("\(name) is from 1 to 65535.")
        }
    }

    /// What a server needs of it; one resolver for both.
    func parts() throws -> (validation: ChallengeValidator, caa: any CAACheck) {
        var settings = ValidationSettings()
        settings.networks = PermittedNetworks(
            try networks.map { try Input.parse($0, as: "a network", IPNetwork.init) })
        settings.httpPort = httpPort ?? settings.httpPort
        settings.httpsPort = tlsPort ?? settings.httpsPort
        settings.tlsPort = tlsPort ?? settings.tlsPort
        let resolver = Resolver(
            servers: try servers.map { try Input.parse($0, as: "a name server", NameServer.init) })
        let issuers = try issuers()
        return (
            ChallengeValidator(settings, resolver: resolver),
            issuers.isEmpty ? NoCAACheck() : DNSCAACheck(issuers: Set(issuers), resolver: resolver)
        )
    }

    /// RFC 8555 §7.1.1, `caaIdentities`: what a domain's CAA records call this authority.
    func issuers() throws -> [DNSName] {
        try caa.map { try Input.parse($0, as: "a domain", DNSName.init(operatorInput:)) }
    }
}
