public import SymbolonNames

/// The addresses to which a challenge may lead a connection of ours. Whoever orders a certificate chooses the name, and so
/// the address; without bounds it would choose whom our machine speaks to.
///
/// An IPv4 address in IPv6 clothes (RFC 4291 §2.5.5.2, RFC 6052 §2.1) is judged as the IPv4 address.
public struct PermittedNetworks: Hashable, Sendable {
    /// As listed; none: everywhere but where nothing outside this machine, its links and its host answers.
    public let listed: [IPNetwork]

    public init(_ listed: [IPNetwork] = []) {
        self.listed = listed
    }

    /// Whether `address` may be connected to. What is special is permitted only by a network that lies within the special
    /// one: 0.0.0.0/0 opens no loopback, 127.0.0.0/8 does.
    public func permit(_ address: IPAddress) -> Bool {
        let address = Self.unclothed(address)
        let listing = listed.filter { $0.contains(address) }
        if let special = Self.special.first(where: { $0.contains(address) }) {
            return listing.contains { special.contains($0) }
        }
        return listed.isEmpty || !listing.isEmpty
    }

    /// The IPv4 address in a mapped (::ffff:0:0/96) or translated (64:ff9b::/96) one.
    static func unclothed(_ address: IPAddress) -> IPAddress {
        let octets = address.bytes
        guard octets.count == 16, octets.prefix(12).elementsEqual(translated),
            let inner = try? IPAddress(bytes: Array(octets.suffix(4)))
        else { return address.unmapped }
        return inner
    }

    private static let translated: [UInt8] = [0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)

    /// RFC 6890 and the IANA registries of special-purpose addresses, so far as they are not private networks, which an
    /// authority of one's own is for; and where clouds answer with secrets of the machine. The narrower stand first.
    private static let special: [IPNetwork] = [
        // Amazon, Alibaba, Azure, Oracle and Google: metadata outside of 169.254.0.0/16.
        "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128", "fd20:ce::254/128",
        // This host and network, loopback, link-local, protocol assignments, multicast, reserved and broadcast.
        "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "224.0.0.0/4", "240.0.0.0/4",
        // Unspecified and loopback; IPv4-compatible (retired); local translation; discard; Teredo; 6to4; link-local;
        // site-local (retired); multicast.
        "::/96", "64:ff9b:1::/48", "100::/64", "2001::/32", "2002::/16", "fe80::/10", "fec0::/10", "ff00::/8",
    ].compactMap { try? IPNetwork($0) }
}
