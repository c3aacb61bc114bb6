import ArgumentParser
import Foundation
import SymbolonAuthority

/// Where everybody can ask what was revoked.
struct PublishOptions: ParsableArguments {
    @Option(
        name: .customLong("publish-at"),
        help: ArgumentHelp(
            "Serve revocation lists, filters and OCSP answers over plain HTTP, and say in every new certificate that they "
                + "are at this address; it stays so (default: as it was; at first nowhere).",
            valueName: "http://host[:port]"))
    var address: String?
    @Option(
        name: .customLong("publish-on"),
        help: ArgumentHelp(
            "Where to serve them (default: every address of this machine, on the port of --publish-at).",
            valueName: "host:port"))
    var listen: String?

    var areGiven: Bool { address != nil || listen != nil }

    /// Nil: as it was.
    func chosen() throws -> PublicationAddress? {
        try address.map { try Input.parse($0, as: "an address to publish at", PublicationAddress.init) }
    }

    /// Where to listen for an address that certificates name.
    func place(for address: PublicationAddress) throws -> HostAndPort {
        guard let listen else { return HostAndPort(host: "0.0.0.0", port: address.port) }
        return try Input.parse(listen, as: "an address to listen on", HostAndPort.init)
    }
}
