internal import SymbolonNames
internal import SymbolonVerification

/// The host, and the port if one is named, that a request is for (RFC 9110 §7.2, RFC 3986 §3.2): one spelling for each.
struct RequestAuthority: Hashable, CustomStringConvertible {
    /// In lower case, without the last dot of a name that is written in full; an IPv6 address without its brackets.
    let host: String
    let port: Int?
    let reference: ReferenceName

    /// Nil for what is none: no userinfo (RFC 9110 §4.2.4), no empty host, no port that is none.
    init?(_ text: String) {
        var rest = text[...]
        let host: Substring
        if rest.first == "[" {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<end]
            rest = rest[rest.index(after: end)...]
            guard host.contains(":") else { return nil }
        } else {
            let end = rest.firstIndex(of: ":") ?? rest.endIndex
            host = rest[..<end]
            rest = rest[end...]
        }
        switch rest.first {
        case nil: port = nil
        case ":":
            let digits = rest.dropFirst()
            guard digits.utf8.count <= 5, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(digits), (1...65535).contains(number)
            else { return nil }
            port = number
        default: return nil
        }
        if let address = try? IPAddress(host) {
            self.host = address.description
            reference = .ip(address)
            return
        }
        guard !host.contains(":"), let name = try? DNSName(operatorInput: String(host)) else { return nil }
        self.host = name.description
        reference = .dns(name)
    }

    var description: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return port.map { "\(host):\($0)" } ?? host
    }
}

/// Which hosts one connection is for.
struct ServedHosts {
    /// What the client asked for in the handshake.
    let serverName: String?
    /// As the operator named them; empty: the two below.
    let configured: Set<String>
    /// Of the end's own certificate.
    let names: [SubjectName]
    /// What the client connected to.
    let address: IPAddress?

    /// RFC 9110 §7.4: requests on a connection are for the host that it was made for. Where the client named one of ours in the
    /// handshake, for that one; where it named none, or one that is not ours, for any of ours.
    func include(_ authority: RequestAuthority) -> Bool {
        if let serverName, isOurs(serverName) { return authority.host == serverName }
        return isOurs(authority)
    }

    private func isOurs(_ serverName: String) -> Bool { RequestAuthority(serverName).map(isOurs) ?? false }

    private func isOurs(_ authority: RequestAuthority) -> Bool {
        guard configured.isEmpty else { return configured.contains(authority.host) }
        if names.contains(where: authority.reference.matches) { return true }
        guard case .ip(let host) = authority.reference else { return false }
        // A certificate for localhost is for this machine under its addresses, too.
        return host == address || (host.isLoopback && names.contains(where: Self.isLocalhost))
    }

    private static func isLocalhost(_ name: SubjectName) -> Bool {
        (try? DNSName("localhost")).map { ReferenceName.dns($0).matches(name) } ?? false
    }
}

extension IPAddress {
    /// 127.0.0.0/8 and ::1 (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    fileprivate var isLoopback: Bool {
        version == .v4 ? bytes.first == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }
}
