import SymbolonCertificates
import SymbolonNames

/// CA/Browser Forum TLS rules 7.1.4.3: a CommonName is a character-for-character copy of one of the alternative names.
///
/// It decides nothing here (RFC 9525 §2), so a label for people is let pass. Refused is what would be read as a name of
/// this server: another spelling of one of its names, and a further host of a domain that it has names in.
enum CommonNameCheck {
    static func check(
        _ text: String, in written: [GeneralName], meaning names: [SubjectName]
    ) throws(VerificationFailure) {
        guard !written.contains(.dns(text)) else { return }
        let folded = text.lowercased()
        for name in names {
            switch name {
            case .dns(let pattern):
                let isMisspelt = folded == pattern.description
                guard !isMisspelt, !isBeside(folded, pattern) else { throw .commonNameBesideNames(text, name) }
            case .ip(let address):
                guard text != address.description else { return }
                guard !LooseAddress.readings(of: text).contains(address.bytes) else {
                    throw .commonNameBesideNames(text, name)
                }
            case .spiffe, .mail, .uri: continue
            }
        }
    }

    /// Whether both have the same domain behind their first label.
    private static func isBeside(_ host: String, _ pattern: DNSPattern) -> Bool {
        guard let dot = host.firstIndex(of: ".") else { return false }
        let domain = pattern.isWildcard ? pattern.base : pattern.base.parent
        return domain.map { host[host.index(after: dot)...] == $0.description } ?? false
    }
}

/// The addresses that some program would read in a text, beside those that are written as RFC 5952 and RFC 3986 ask.
private enum LooseAddress {
    static func readings(of text: String) -> [[UInt8]] {
        if text.contains(":") { return (try? IPAddress(text)).map { [$0.bytes] } ?? [] }
        return [octets(of: text, leadingZeroIsOctal: true), octets(of: text, leadingZeroIsOctal: false)]
            .compactMap(\.self)
    }

    /// `inet_aton`: up to four numbers in decimal, octal or hexadecimal, the last one filling the octets that are left.
    private static func octets(of text: String, leadingZeroIsOctal: Bool) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...4).contains(parts.count) else { return nil }
        var octets: [UInt8] = []
        for (index, part) in parts.enumerated() {
            guard let number = number(part, leadingZeroIsOctal: leadingZeroIsOctal) else { return nil }
            let width = index == parts.count - 1 ? 5 - parts.count : 1
            guard number < UInt64(1) << (8 * width) else { return nil }
            for place in (0..<width).reversed() { octets.append(UInt8(truncatingIfNeeded: number >> (8 * place))) }
        }
        return octets
    }

    private static func number(_ part: Substring, leadingZeroIsOctal: Bool) -> UInt64? {
        guard part.first?.isHexDigit == true, part.utf8.count <= 16 else { return nil }
        if part.hasPrefix("0x") || part.hasPrefix("0X") { return UInt64(part.dropFirst(2), radix: 16) }
        return UInt64(part, radix: leadingZeroIsOctal && part.hasPrefix("0") ? 8 : 10)
    }
}
