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
              symbolon protect api --to 127.0.0.1:8080 --http --policy api-policy.yaml
              symbolon protect api --to 127.0.0.1:8080 --http --allow app \\
                  --http-token https://api.example.org --http-token-keys /run/api/keys.json
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
    @Flag(
        help: ArgumentHelp(
            "The service speaks HTTP: rules may ask for method and path, and each request says who is there (Client-Cert, RFC 9440)."
        ))
    var http = false
    @Option(
        help: ArgumentHelp(
            "With --http: what the service behind speaks, http/1.1 or h2c, such as gRPC (default: http/1.1).",
            valueName: "protocol"))
    var httpBackend: HTTPService.BackendProtocol?
    @Option(
        help: ArgumentHelp(
            "With --http: a host that requests may name; may be repeated (default: the names of this end's certificate).",
            valueName: "host"))
    var httpHost: [String] = []
    @Option(
        help: ArgumentHelp(
            "With --http: the service itself has to prove this name by mutual TLS, and gets nothing before (default: it is spoken to in the clear).",
            valueName: "name"))
    var httpBackendName: String?
    @Option(
        defaultAsFlag: TokenAudience.own,
        help: ArgumentHelp(
            "With --http: tell the service with each request who is there in a signed token (JWT), for this audience, or for this end's own name.",
            valueName: "audience"))
    var httpToken: TokenAudience?
    @Option(
        help: ArgumentHelp(
            "With --http-token: the file in which the keys are published by which the service believes its tokens (JWKS).",
            valueName: "file"))
    var httpTokenKeys: String?
    @Flag(help: "With --http: a line for each request, not only for refused ones.")
    var httpLog = false
    @Option(
        help: ArgumentHelp(
            "The identity of the home to prove this end with (default: the service's name).", valueName: "name"))
    var identity: String?
    @OptionGroup var options: EndOptions

    /// Another port than `up`'s: both run on a machine that has the authority and a service.
    private static let standardPlace = HostAndPort(host: "0.0.0.0", port: 7443)

    mutating func validate() throws {
        _ = try options.source(identity, option: "--identity")
        _ = try requests()
        guard http || (httpBackend == nil && httpBackendName == nil && httpHost.isEmpty && !httpLog) else {
            throw ValidationError("--http-backend, --http-backend-name, --http-host and --http-log go with --http.")
        }
        guard http || (httpToken == nil && httpTokenKeys == nil) else {
            throw ValidationError("--http-token and --http-token-keys go with --http.")
        }
        guard (httpToken == nil) == (httpTokenKeys == nil) else {
            throw ValidationError(
                "--http-token and --http-token-keys go together: without the keys the service could believe no token.")
        }
        guard httpBackendName == nil || httpBackend != .h2c else {
            throw ValidationError("--http-backend-name is for a service that speaks http/1.1; h2c has no TLS.")
        }
        guard !http || proxyProtocol == .none else {
            throw ValidationError(
                "--proxy-protocol is for streams; with --http each request says who is there. Keep one.")
        }
    }

    private func requests() throws -> HTTPService? {
        guard http else { return nil }
        var service = HTTPService()
        service.backend = httpBackend ?? .http1
        service.tellsRequests = httpLog
        service.token = httpToken.map { BackendToken(audience: $0.name) }
        for text in httpHost {
            guard let host = HTTPService.host(text) else {
                throw ValidationError("\"\(text)\" is no host: --http-host takes a name or an address, without a port.")
            }
            service.hosts.insert(host)
        }
        return service
    }

    func run() async throws {
        var configuration = RunConfiguration()
        configuration.protected = [
            RunConfiguration.Protected(
                name: name, listen: listen.isEmpty ? [Self.standardPlace] : listen, backend: to, allow: allow,
                policy: policy.map(RunConfiguration.PolicyPlace.init), backendHeader: proxyProtocol,
                http: try requests(), tokenKeys: httpTokenKeys,
                backendName: httpBackendName,
                identity: try options.source(identity, option: "--identity"), options: options.settings)
        ]
        try await options.serve(configuration)
    }
}
