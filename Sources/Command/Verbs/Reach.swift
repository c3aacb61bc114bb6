import ArgumentParser

/// `symbolon reach`: the client end.
struct Reach: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open a local door to a protected service: no byte leaves before the service has proved itself.",
        discussion: """
            EXAMPLES
              symbolon reach web --listen 127.0.0.1:9000 --as laptop           protected on this machine
              symbolon reach db --listen 127.0.0.1:5433 --at db.example.internal:7432 --as app
              symbolon reach web --listen 127.0.0.1:9000 --at web.example.org:8443 --expect dns:web.example.org \\
                  --certificate app.pem --key app.key.pem --anchors anchors.pem \\
                  --revocation 'best-effort:certificates live a day'

            An identity of the home that is missing is issued by the authority there (profile client), if there is one.
            """)

    @Argument(help: ArgumentHelp("The service's short name.", valueName: "name"))
    var name: String
    @Option(
        help: ArgumentHelp("Where programs of this machine connect.", valueName: "host:port"),
        transform: HostAndPort.argument)
    var listen: HostAndPort
    @Option(
        help: ArgumentHelp(
            "Where the service is protected (default: looked up on this machine).", valueName: "host:port"),
        transform: HostAndPort.argument)
    var at: HostAndPort?
    @Option(
        name: .customLong("as"),
        help: ArgumentHelp("The identity of the home to come with (default: the only one).", valueName: "name"))
    var identity: String?
    @Option(
        help: ArgumentHelp(
            "What the service must prove to be: a short name, spiffe://…, dns:… or ip:… (default: the service's name).",
            valueName: "name"))
    var expect: String?
    @Option(
        help: ArgumentHelp(
            "Rules that the service has to pass too, in a file that is read again when it changes, or those that the "
                + "authority publishes.", valueName: "file|authority"))
    var policy: String?
    @OptionGroup var options: EndOptions

    mutating func validate() throws { _ = try options.source(identity, option: "--as") }

    func run() async throws {
        var configuration = RunConfiguration()
        configuration.doors = [
            RunConfiguration.Door(
                name: name, listen: listen, at: at, expect: expect,
                policy: policy.map(RunConfiguration.PolicyPlace.init),
                identity: try options.source(identity, option: "--as"), options: options.settings)
        ]
        try await options.serve(configuration)
    }
}
