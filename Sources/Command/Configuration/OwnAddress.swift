import Foundation
import NIOCore
import NIOPosix
import SymbolonNames

/// By which address other machines reach this one.
enum OwnAddress {
    /// The address that connections to a place leave from, as the system's routes say; nothing is sent. Nil: no way leads
    /// there, or none but within this machine.
    static func toward(_ place: HostAndPort) async -> String? {
        do {
            let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: place.host, port: place.port).get()
            let address = channel.localAddress?.ipAddress
            try? await channel.close()
            return address.flatMap { isReachable($0) ? $0 : nil }
        } catch {
            return nil
        }
    }

    /// The one that the way out of the network has, else the first that leads anywhere. Nil: this machine stands alone.
    static func best() async -> String? {
        // RFC 5737 §3, RFC 3849 §2: for documentation, nobody's; so the default route decides.
        for nobody in ["192.0.2.1", "2001:db8::1"] {
            if let address = await toward(HostAndPort(host: nobody, port: 9)) { return address }
        }
        return ((try? System.enumerateDevices()) ?? []).lazy.compactMap { $0.address?.ipAddress }.first(
            where: isReachable)
    }

    /// Not loopback, and not of one link alone: an address with a zone means nothing elsewhere.
    private static func isReachable(_ text: String) -> Bool {
        guard !text.contains("%"), let address = try? IPAddress(text) else { return false }
        let bytes = Array(address.bytes)
        guard bytes.contains(where: { $0 != 0 }) else { return false }
        if bytes.count == 4 { return bytes[0] != 127 && !(bytes[0] == 169 && bytes[1] == 254) }
        let isLoopback = bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
        return !isLoopback && !(bytes[0] == 0xFE && bytes[1] & 0xC0 == 0x80)
    }
}

extension HostAndPort {
    /// It stands for every address of the machine.
    var isAnyAddress: Bool { ["0.0.0.0", "::"].contains(host) }

    /// This machine alone can connect to it.
    var isLoopback: Bool {
        host == "localhost" || host == "::1" || (try? IPAddress(host))?.bytes.first == 127
    }

    /// As programs on this machine reach it.
    var reachable: HostAndPort {
        switch host {
        case "0.0.0.0": HostAndPort(host: "127.0.0.1", port: port)
        case "::": HostAndPort(host: "::1", port: port)
        default: self
        }
    }

    /// As other machines reach it: by the address that this one has toward a place where they are, else by its best.
    func reachableElsewhere(toward place: HostAndPort? = nil) async -> HostAndPort {
        guard isAnyAddress else { return self }
        var host: String?
        if let place { host = await OwnAddress.toward(place) }
        if host == nil { host = await OwnAddress.best() }
        return host.map { HostAndPort(host: $0, port: port) } ?? reachable
    }
}
