import SymbolonNames
import SymbolonTransport

/// A live endpoint and the names that it has to prove.
struct LiveEndpoint {
    let address: HostAndPort
    /// Those that are asked for; else the host's.
    let names: [ReferenceName]

    init(_ address: HostAndPort, names: [String]) throws {
        self.address = address
        guard names.isEmpty else {
            self.names = try names.map { try Input.parse($0, as: "a name", ReferenceName.init) }
            return
        }
        let kind = (try? IPAddress(address.host)) == nil ? "dns" : "ip"
        self.names = [try Input.parse("\(kind):\(address.host)", as: "a host's name", ReferenceName.init)]
    }

    /// What to ask the server for: RFC 6066 §3 knows host names only.
    var serverName: String? {
        for case .dns(let name) in names { return name.description }
        return (try? IPAddress(address.host)) == nil ? address.host : nil
    }

    /// The certificates that it presented.
    func chain(_ findings: Probe.Findings) throws -> FiledChain {
        guard let leaf = findings.chain.first, findings.isPossessionProved else {
            throw Complaint(
                what: "\(address) did not prove itself",
                why: findings.failure?.explanation ?? "it ended the connection before it showed a certificate",
                mend: "see that the port is one where TLS is spoken from the first byte", exit: .undecided)
        }
        return FiledChain(
            leaf: FiledCertificate(leaf, place: "certificate 1 from \(address)"),
            others: findings.chain.dropFirst().enumerated().map { index, der in
                FiledCertificate(der, place: "certificate \(index + 2) from \(address)")
            })
    }
}
