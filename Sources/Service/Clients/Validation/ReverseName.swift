import SymbolonNames

extension IPAddress {
    /// RFC 8738 §6: what an address is asked for by as a server name: `in-addr.arpa` (RFC 1035 §3.5) or `ip6.arpa`
    /// (RFC 3596 §2.5).
    var reverseName: String {
        switch version {
        case .v4: bytes.reversed().map { "\($0)." }.joined() + "in-addr.arpa"
        case .v6:
            bytes.reversed().map { "\(String($0 & 0x0F, radix: 16)).\(String($0 >> 4, radix: 16))." }.joined()
                + "ip6.arpa"
        }
    }
}
