import NIOCore
import SymbolonNames

/// Where a challenge leads: a host and its addresses to be tried, each of them permitted.
struct Destination: Sendable {
    /// 4: two of each kind; a name with more is no different at the fifth.
    private static let mostAddresses = 4

    let addresses: [IPAddress]

    /// Looks the host up once; what is connected to afterwards is the numbers that were judged here, never the name.
    init(
        _ host: Host, by resolver: Resolver, within networks: PermittedNetworks
    ) async throws(ChallengeFailure) {
        let found: [IPAddress]
        switch host {
        case .address(let address):
            found = [address]
        case .name(let name):
            do throws(ResolutionFailure) {
                found = try await resolver.addresses(of: name)
            } catch {
                throw .resolution(name: name.description, error)
            }
            guard !found.isEmpty else { throw .noAddress(name: name.description) }
        }
        let permitted = found.filter(networks.permit)
        guard !permitted.isEmpty else { throw .addressNotPermitted(found[0]) }
        let six = permitted.filter { $0.version == .v6 }
        let four = permitted.filter { $0.version == .v4 }
        addresses = Array((six.prefix(2) + four).prefix(Self.mostAddresses))
    }

    enum Host: Hashable, Sendable, CustomStringConvertible {
        case name(DNSName)
        case address(IPAddress)

        init(_ text: String) throws(NameFailure) {
            if let address = try? IPAddress(text) {
                self = .address(address)
            } else {
                self = .name(try DNSName(operatorInput: text))
            }
        }

        var description: String {
            switch self {
            case .name(let name): name.description
            case .address(let address): address.description
            }
        }
    }
}
