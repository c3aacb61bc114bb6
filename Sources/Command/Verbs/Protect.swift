import ArgumentParser
import SymbolonProxy

/// `symbolon protect`: the server end.
struct Protect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put proof of both ends in front of a service: only proved and permitted peers reach it.",
        discussion: """
            EXAMPLES
              symbolon protect web --to 127.0.0.1:8080 --allow laptop
              symbolon protect db --to 127.0.0.1:5432 --listen 0.0.0.0:7432 --allow app --allow 'person/*'
              symbolon protect web --to 127.0.0.1:8080 --allow dns:client.example.org \\
                  --certificate web.pem --key web.key.pem --anchors anchors.pem \\
                  --revocation 'best-effort:certificates live a day'

            WHO MAY PASS (--allow; no rule means no)
              laptop            spiffe://DOMAIN/laptop
              person/*          one segment below person; device/** any depth
              spiffe://…        in another trust domain
              dns:… mail:… ip:… exactly this name
              Rules that say more stand in a file (--policy FILE), or are published by the authority for all ends
              (--policy authority): symbolon policy --help

            An identity of the home that is missing is issued by the authority there, renewed in time, and replaced in place.
            SIGTERM and Ctrl-C let live connections finish for up to 10 s; a second one ends at once.
            """)

    @Argument(
        help: ArgumentHelp("The service's short name: web proves itself as spiffe://DOMAIN/web.", valueName: "name"))
    var name: String
    @Option(
        help: ArgumentHelp(
            "Where the service itself listens; it needs to know nothing of certificates.", valueName: "host:port"),
        transform: HostAndPort.argument)
    var to: HostAndPort
    @Option(
        help: ArgumentHelp("Where peers connect; may be repeated (default: 0.0.0.0:7443).", valueName: "host:port"),
        transform: HostAndPort.argument)
    var listen: [HostAndPort] = []
    @Option(help: ArgumentHelp("Who may pass; may be repeated.", valueName: "pattern"))
    var allow: [String] = []
    @Option(
        help: ArgumentHelp(
            "Rules about who may pass, in a file that is read again when it changes, or those that the authority "
                + "publishes; --allow adds to them.",
            valueName: "file|authority"))
    var policy: String?
    @Option(
        help: ArgumentHelp(
            "Tell the service who is there before the first byte: the PROXY protocol's header, v2. For services that expect it.",
            valueName: "v2"))
    var proxyProtocol = BackendHeader.none
    @Option(
        help: ArgumentHelp(
            "The identity of the home to prove this end with (default: the service's name).", valueName: "name"))
    var identity: String?
    @OptionGroup var options: EndOptions

    /// Another port than `up`'s: both run on a machine that has the authority and a service.
    private static let standardPlace = HostAndPort(host: "0.0.0.0", port: 7443)

    mutating func validate() throws { _ = try options.source(identity, option: "--identity") }

    func run() async throws {
        var configuration = RunConfiguration()
        configuration.protected = [
            RunConfiguration.Protected(
                name: name, listen: listen.isEmpty ? [Self.standardPlace] : listen, backend: to, allow: allow,
                policy: policy.map(RunConfiguration.PolicyPlace.init), backendHeader: proxyProtocol,
                identity: try options.source(identity, option: "--identity"), options: options.settings)
        ]
        try await options.serve(configuration)
    }
}
