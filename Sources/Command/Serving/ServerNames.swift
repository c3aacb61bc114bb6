import Foundation
import NIOCore
import SymbolonAuthority
import SymbolonNames

/// The names that an authority's server is reached by, as far as it may certify them.
enum ServerNames {
    /// The host name and `localhost`, and the addresses that it listens on: all of the machine's for a wildcard address.
    static func found(listeningOn host: String, _ configuration: AuthorityConfiguration) -> [SubjectName] {
        var names: [SubjectName] = []
        for text in [host, ProcessInfo.processInfo.hostName, "localhost"] {
            if (try? IPAddress(text)) == nil, let name = try? DNSPattern(operatorInput: text) {
                names.append(.dns(name))
            }
        }
        names += addresses(of: host).map { .ip($0) }
        var permitted: [SubjectName] = []
        for name in names
        where !permitted.contains(name) && (try? configuration.check(name, under: .service)) != nil {
            permitted.append(name)
        }
        // A certificate takes a hundred; a machine with more addresses is told its own by --name.
        return Array(permitted.prefix(IssuingAuthority.mostNames - 1))
    }

    private static func addresses(of host: String) -> [IPAddress] {
        if let literal = try? IPAddress(host), literal.bytes.contains(where: { $0 != 0 }) { return [literal] }
        let devices = (try? System.enumerateDevices()) ?? []
        return devices.compactMap { $0.address?.ipAddress }.compactMap { text in
            // An IPv6 address with a zone means nothing elsewhere.
            text.contains("%") ? nil : try? IPAddress(text)
        }
    }
}
