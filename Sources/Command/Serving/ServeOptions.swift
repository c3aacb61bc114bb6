import ArgumentParser
import SymbolonHTTPServices
import SymbolonNames

/// Where the authority's server listens, by which names it is reached, and what one peer may use of it.
struct ServeOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to serve, 127.0.0.1:8443 for this machine only (default: 0.0.0.0:8443).", valueName: "host:port"))
    var listen: String?
    @Option(
        name: .customLong("name"),
        help: ArgumentHelp(
            "A DNS name or an address that this machine is reached by; may be repeated (default: its host name and "
                + "addresses, as far as they may be certified).", valueName: "name"))
    var names: [String] = []
    @Option(
        name: .customLong("requests-per-second"),
        help: ArgumentHelp(
            "What one peer may ask, over time (default: 200; twice as much at once).", valueName: "number"))
    var requestsPerSecond: Int?
    @Option(
        help: ArgumentHelp(
            "Also make a code by which another machine becomes known as this (symbolon invite has more to choose).",
            valueName: "name"))
    var invite: String?
    @Flag(help: "Do not serve: make the authority or check it, say how things stand, and end.")
    var once = false

    mutating func validate() throws {
        guard !once || (listen == nil && names.isEmpty && requestsPerSecond == nil && invite == nil) else {
            throw ValidationError(
                "--once serves nothing, so that --listen, --name, --invite and --requests-per-second mean nothing.")
        }
        if let requestsPerSecond, !(1...1_000_000).contains(requestsPerSecond) {
            throw ValidationError("--requests-per-second is from 1 to 1000000.")
        }
    }

    func address() throws -> HostAndPort {
        guard let listen else { return HostAndPort(host: "0.0.0.0", port: 8443) }
        return try Input.parse(listen, as: "an address to listen on", HostAndPort.init)
    }

    /// As other machines reach it; nil where the system chooses the port.
    func reached() async throws -> HostAndPort? {
        let place = try address()
        guard place.port != 0 else { return nil }
        if let name = names.first { return HostAndPort(host: name, port: place.port) }
        return await place.reachableElsewhere()
    }

    var limits: ServerLimits {
        var limits = ServerLimits()
        if let requestsPerSecond {
            limits.requestsPerSecond = Double(requestsPerSecond)
            limits.burst = 2 * limits.requestsPerSecond
            limits.concurrentRequests = max(limits.concurrentRequests, requestsPerSecond)
        }
        return limits
    }

    /// Nil: what the machine has.
    func chosenNames() throws -> [SubjectName]? {
        guard !names.isEmpty else { return nil }
        return try names.map { text in
            if let address = try? IPAddress(text) { return .ip(address) }
            return .dns(try Input.parse(text, as: "a DNS name or an address", DNSPattern.init(operatorInput:)))
        }
    }
}
