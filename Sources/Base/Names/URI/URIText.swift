/// The parts of an absolute URI (RFC 3986 §3), as far as a name needs them.
struct URIText {
    let scheme: String
    let host: URIName.Host
    let canonical: String

    static func parse(_ text: [UInt8]) throws(URIName.Flaw) -> URIText {
        guard !text.isEmpty else { throw .empty }
        guard text.count <= URIName.maximumOctets else { throw .tooLong(octets: text.count) }
        try checkCharacters(text)
        let colon = try endOfScheme(text)
        let scheme = text[..<colon].lowercasedText()
        let rest = text[(colon + 1)...]
        guard !rest.isEmpty else { throw .nothingBehindScheme }
        guard rest.starts(with: [slash, slash]) else {
            try refuseBrackets(rest)
            return URIText(scheme: scheme, host: .none, canonical: scheme + ":" + String(decoding: rest, as: UTF8.self))
        }
        let authority = rest.dropFirst(2).prefix { !authorityEnds.contains($0) }
        try refuseBrackets(text[authority.endIndex...])
        let (host, port) = try splitAuthority(authority)
        let parsed = try parseHost(host)
        let tail = text[port.startIndex...]
        return URIText(
            scheme: scheme, host: parsed,
            canonical: scheme + "://" + hostText(parsed) + String(decoding: tail, as: UTF8.self))
    }

    private static let slash = UInt8(ascii: "/")
    private static let authorityEnds = Array("/?#".utf8)
    /// RFC 3986 §2.2 and §2.3, without letters and digits.
    private static let signs = Array("-._~:/?#[]@!$&'()*+,;=".utf8)

    /// RFC 3986 §2: only these characters, and percent signs only in front of two hexadecimal digits.
    private static func checkCharacters(_ text: [UInt8]) throws(URIName.Flaw) {
        for (position, octet) in text.enumerated() where !octet.isASCIILetter && !octet.isASCIIDigit {
            if octet == UInt8(ascii: "%") {
                guard position + 2 < text.count, text[position + 1].isASCIIHexDigit, text[position + 2].isASCIIHexDigit
                else { throw .percentEscape(at: position) }
            } else if !signs.contains(octet) {
                throw .character(octet, at: position)
            }
        }
    }

    /// RFC 3986 §3.2.2: brackets stand round an IP literal and nowhere else.
    private static func refuseBrackets(_ text: ArraySlice<UInt8>) throws(URIName.Flaw) {
        for (position, octet) in zip(text.indices, text) where octet == UInt8(ascii: "[") || octet == UInt8(ascii: "]")
        {
            throw .character(octet, at: position)
        }
    }

    /// RFC 3986 §3.1: a letter, then letters, digits, plus, hyphen and dot.
    private static func endOfScheme(_ text: [UInt8]) throws(URIName.Flaw) -> Int {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")), let first = text.first, first.isASCIILetter else {
            throw .noScheme
        }
        let signs = Array("+-.".utf8)
        guard text[..<colon].allSatisfy({ $0.isASCIILetter || $0.isASCIIDigit || signs.contains($0) }) else {
            throw .noScheme
        }
        return colon
    }

    /// RFC 3986 §3.2: host, and the port with its colon or nothing. User information is refused: a reader may take it
    /// for the host.
    private static func splitAuthority(
        _ authority: ArraySlice<UInt8>
    ) throws(URIName.Flaw) -> (host: ArraySlice<UInt8>, port: ArraySlice<UInt8>) {
        guard !authority.contains(UInt8(ascii: "@")) else { throw .userInformation }
        let hostEnd: Int
        if authority.first == UInt8(ascii: "[") {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .brackets }
            hostEnd = close + 1
        } else {
            hostEnd = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
        }
        let port = authority[hostEnd...]
        guard let colon = port.first else { return (authority[..<hostEnd], port) }
        guard colon == UInt8(ascii: ":") else { throw .brackets }
        let digits = port.dropFirst()
        guard (1...5).contains(digits.count), digits.allSatisfy(\.isASCIIDigit), digits.first != UInt8(ascii: "0"),
            digits.reduce(0, { $0 * 10 + Int($1 - UInt8(ascii: "0")) }) <= 65535
        else { throw .port }
        return (authority[..<hostEnd], port)
    }

    /// RFC 3986 §3.2.2, and RFC 6874's zones refused. A host of digits and dots is an address or nothing.
    private static func parseHost(_ host: ArraySlice<UInt8>) throws(URIName.Flaw) -> URIName.Host {
        guard let first = host.first else { throw .emptyHost }
        do throws(IPAddress.Flaw) {
            if first == UInt8(ascii: "[") {
                let literal = host.dropFirst().dropLast()
                guard literal.contains(UInt8(ascii: ":")) else { throw .groups(0) }
                return .ip(try IPAddressText.parse(literal))
            }
            if host.allSatisfy({ $0.isASCIIDigit || $0 == UInt8(ascii: ".") }) {
                return .ip(try IPAddressText.parse(host))
            }
        } catch {
            throw error == .zone ? .zone : .hostAddress(error)
        }
        do throws(DNSName.Flaw) {
            return .dns(DNSName(canonical: try DNSLabels.canonical(host)))
        } catch {
            throw .hostName(error)
        }
    }

    private static func hostText(_ host: URIName.Host) -> String {
        switch host {
        case .dns(let name): name.description
        case .ip(let address): address.version == .v6 ? "[\(address)]" : address.description
        case .none: ""
        }
    }
}
