import ArgumentParser
import SymbolonProxy
import SymbolonVerification

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
              symbolon protect api --to https://api.internal:8443 --http --allow app \\
                  --http-backend-anchors internal-ca.pem --http-backend-revocation 'best-effort:it lives an hour'
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
            "Where the service itself listens; it needs to know nothing of certificates. With --http also http://… or https://…: behind https it has to prove its host.",
            valueName: "host:port"),
        transform: BackendPlace.argument)
    var to: BackendPlace
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
            "With --http: what the service behind speaks: http/1.1, h2c (HTTP/2 without TLS, such as gRPC), or auto: http/1.1, and behind TLS what the handshake agrees (default: auto).",
            valueName: "protocol"))
    var httpBackend: HTTPService.BackendProtocol?
    @Option(
        help: ArgumentHelp(
            "With --http: a host that requests may name; may be repeated (default: the names of this end's certificate).",
            valueName: "host"))
    var httpHost: [String] = []
    @Option(
        help: ArgumentHelp(
            "With --http: the service itself has to prove this name by TLS, and gets nothing before (default: the host of --to https://…; else it is spoken to in the clear).",
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
    @Option(
        help: ArgumentHelp(
            "With a service behind TLS: the authorities by which it is believed (PEM), read again when they change, or those of this system (default: those of the peers).",
            valueName: "file|system"))
    var httpBackendAnchors: String?
    @Option(
        help: ArgumentHelp(
            "With a service behind TLS: what it is worth when nothing here knows whether it is revoked, as with --revocation (default: as peers are, unless it has anchors of its own).",
            valueName: "mode"),
        transform: RevocationMode.argument)
    var httpBackendRevocation: RevocationMode?
    @Option(
        help: ArgumentHelp(
            "With a service behind TLS: what this end shows a service that asks for a certificate: own, or none (default: own).",
            valueName: "own|none"))
    var httpBackendIdentity: BackendIdentityShown?
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
        guard http || (httpBackend == nil && httpHost.isEmpty && !httpLog) else {
            throw ValidationError("--http-backend, --http-host and --http-log go with --http.")
        }
        guard http || (httpToken == nil && httpTokenKeys == nil) else {
            throw ValidationError("--http-token and --http-token-keys go with --http.")
        }
        guard (httpToken == nil) == (httpTokenKeys == nil) else {
            throw ValidationError(
                "--http-token and --http-token-keys go together: without the keys the service could believe no token.")
        }
        _ = try backendTLS()
        guard !http || proxyProtocol == .none else {
            throw ValidationError(
                "--proxy-protocol is for streams; with --http each request says who is there. Keep one.")
        }
    }

    private func requests() throws -> HTTPService? {
        guard http else { return nil }
        var service = HTTPService()
        service.backend = httpBackend ?? .auto
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

    private func backendTLS() throws -> RunConfiguration.BackendTLS? {
        do throws(RunConfiguration.BackendTLS.Contradiction) {
            return try .make(
                to,
                .init(
                    name: httpBackendName, anchors: httpBackendAnchors, revocation: httpBackendRevocation,
                    showsIdentity: httpBackendIdentity.map { $0 == .own }),
                isHTTP: http, isClear: httpBackend == .h2c)
        } catch {
            throw ValidationError("\(error.description)\(http ? "" : " (--http)").")
        }
    }

    func run() async throws {
        var configuration = RunConfiguration()
        configuration.protected = [
            RunConfiguration.Protected(
                name: name, listen: listen.isEmpty ? [Self.standardPlace] : listen, backend: to.place, allow: allow,
                policy: policy.map(RunConfiguration.PolicyPlace.init), backendHeader: proxyProtocol,
                http: try requests(), tokenKeys: httpTokenKeys,
                backendTLS: try backendTLS(),
                identity: try options.source(identity, option: "--identity"), options: options.settings)
        ]
        try await options.serve(configuration)
    }
}

/// What an end shows a service behind it that asks for a certificate.
enum BackendIdentityShown: String, CaseIterable, ExpressibleByArgument {
    case own, none
}
