/// An http or https address that an operator has configured. RFC 9110 §4.2, as much of it as fetching a file needs.
public struct FetchAddress: Hashable, Sendable, CustomStringConvertible {
    public let isSecure: Bool
    /// A name or an IP address, without the brackets of IPv6.
    public let host: String
    public let port: Int
    /// Path and query: RFC 9112 §3.2.1.
    public let target: String
    /// As it was given.
    public let description: String

    public init(_ text: String) throws(FetchAddressFault) {
        // Octet by octet: all of them are ASCII.
        let octets = text.utf8
        guard octets.allSatisfy({ (0x21...0x7E).contains($0) }) else { throw .character }
        guard let mark = octets.firstIndex(of: UInt8(ascii: ":")), octets[mark...].starts(with: "://".utf8) else {
            throw .scheme
        }
        switch text[..<mark].lowercased() {
        case "http": isSecure = false
        case "https": isSecure = true
        default: throw .scheme
        }
        let rest = octets[octets.index(mark, offsetBy: 3)...]
        guard !rest.contains(UInt8(ascii: "#")) else { throw .fragment }
        let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        guard !authority.contains(UInt8(ascii: "@")) else { throw .credentials }
        (host, port) = try Self.hostAndPort(Substring(authority), standard: isSecure ? 443 : 80)
        let path = text[authority.endIndex...]
        target = path.hasPrefix("/") ? String(path) : "/" + path
        description = text
    }

    private static func hostAndPort(
        _ authority: Substring, standard: Int
    ) throws(FetchAddressFault) -> (String, Int) {
        var host = authority
        var digits: Substring?
        if authority.first == "[" {
            guard let end = authority.firstIndex(of: "]") else { throw .host }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let after = authority[authority.index(after: end)...]
            guard after.isEmpty || after.first == ":" else { throw .host }
            digits = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.lastIndex(of: ":") {
            (host, digits) = (authority[..<colon], authority[authority.index(after: colon)...])
            guard !host.contains(":") else { throw .host }
        }
        guard !host.isEmpty else { throw .host }
        guard let digits else { return (String(host), standard) }
        guard let port = Int(digits), (1...65_535).contains(port) else { throw .port }
        return (String(host), port)
    }

    /// RFC 9110 §7.2: the host, and the port where it is not the scheme's own.
    var hostField: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }
}

/// Why a text is no address to fetch from.
public enum FetchAddressFault: Error, Hashable, Sendable {
    case scheme, host, port, credentials, fragment, character

    public var explanation: String {
        switch self {
        case .scheme: "an address to fetch from begins with http:// or https://"
        case .host: "the address names no host"
        case .port: "the port is 1 to 65535"
        case .credentials: "an address to fetch from holds no user name"
        case .fragment: "an address to fetch from has no \"#\""
        case .character: "the address holds a space, or a character that is not ASCII"
        }
    }
}
