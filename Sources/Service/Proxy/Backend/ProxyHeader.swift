internal import NIOCore
internal import SymbolonCertificates
internal import SymbolonNames
internal import SymbolonTransport
internal import SymbolonVerification

/// The PROXY protocol's header of version 2, binary: who is there and what was proved, before the connection's first byte.
/// Source: HAProxy Technologies, "The PROXY protocol, versions 1 & 2", §2.2; the clauses below are its own.
struct ProxyHeader {
    let facts: ConnectionFacts
    /// The peer's address, and the one of ours that it connected to.
    let source: SocketAddress?
    let destination: SocketAddress?

    /// §2.2: twelve octets that no protocol begins with, version 2 and the command PROXY.
    private static let start: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21,
    ]

    /// §2.2.
    private enum Family: UInt8 {
        case unspecified = 0x00
        case streamOverIPv4 = 0x11
        case streamOverIPv6 = 0x21
    }

    /// §2.2.1 to §2.2.7.
    private enum Kind: UInt8 {
        case alpn = 0x01
        case authority = 0x02
        case uniqueID = 0x05
        case tls = 0x20
        case tlsVersion = 0x21
        case tlsCommonName = 0x22
        case tlsCipher = 0x23
        case tlsGroup = 0x26
        case tlsClientCertificate = 0x28
        /// The first that an application may give its own meaning: here the identity as policy names it.
        case identity = 0xE0
    }

    /// Octets of a certificate that is handed on. 8 KiB: receivers read the header into one buffer, HAProxy's of 16 KiB.
    private static let largestCertificate = 8192

    var bytes: [UInt8] {
        let (family, addresses) = self.addresses
        let rest = addresses + values
        return Self.start + [family.rawValue] + Self.length(rest.count) + rest
    }

    /// §2.2: both addresses and both ports; nothing where the two are of no one family, such as Unix domain sockets.
    private var addresses: (Family, [UInt8]) {
        guard let source, let destination, let from = source.unmappedIP?.bytes, let to = destination.unmappedIP?.bytes,
            from.count == to.count
        else { return (.unspecified, []) }
        let ports = [source, destination].flatMap { Self.length($0.port ?? 0) }
        return (from.count == 4 ? .streamOverIPv4 : .streamOverIPv6, from + to + ports)
    }

    private var values: [UInt8] {
        let session = facts.session
        var values: [UInt8] = []
        if let alpn = session.alpn { values += Self.value(.alpn, alpn.utf8) }
        if let name = session.serverName { values += Self.value(.authority, name.utf8) }
        values += Self.value(.uniqueID, "\(facts.service)/\(facts.id)".utf8.prefix(128))
        values += Self.value(.tls, tls)
        return values + Self.value(.identity, facts.peer.identity.description.utf8)
    }

    /// §2.2.6: TLS, with a certificate on this very connection and in this very session, which was verified.
    private var tls: [UInt8] {
        let (session, leaf) = (facts.session, facts.peer.path.leaf)
        var values: [UInt8] = [0x01 | 0x02 | 0x04, 0, 0, 0, 0]
        values += Self.value(.tlsVersion, (session.version == .tls13 ? "TLSv1.3" : "TLSv1.2").utf8)
        if let name = leaf.subject.texts(of: .commonName).last { values += Self.value(.tlsCommonName, name.utf8) }
        values += Self.value(.tlsCipher, session.cipher.utf8)
        values += Self.value(.tlsGroup, session.group.utf8)
        if leaf.der.count <= Self.largestCertificate { values += Self.value(.tlsClientCertificate, leaf.der) }
        return values
    }

    /// A type, a length and a value.
    private static func value(_ kind: Kind, _ octets: some Collection<UInt8>) -> [UInt8] {
        [kind.rawValue] + length(octets.count) + octets
    }

    /// Two octets, the higher first.
    private static func length(_ count: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: count >> 8), UInt8(truncatingIfNeeded: count)]
    }
}
