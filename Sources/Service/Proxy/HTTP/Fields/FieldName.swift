/// How a backend may read a field's name.
enum FieldName {
    /// RFC 9110 §5.6.2.
    static func isTokenCharacter(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "!"), UInt8(ascii: "#")...UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "^")...UInt8(ascii: "`"), UInt8(ascii: "|"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// In lower case, and with a hyphen for everything that is neither letter nor digit: gateways that make variables of fields
    /// (RFC 3875 §4.1.18) know `Client-Cert`, `client_cert` and `Client.Cert` as one.
    static func folded(_ name: String) -> String {
        String(
            decoding: name.utf8.map { octet in
                switch octet {
                case 0x41...0x5A: octet + 0x20
                case 0x30...0x39, 0x61...0x7A: octet
                default: UInt8(ascii: "-")
                }
            }, as: UTF8.self)
    }

    /// Whether only this end says it: who is there, by what address, and what is asked for. Whatever a client sends under such
    /// a name is dropped (RFC 9440 §4: "sanitize").
    static func isManaged(_ name: String) -> Bool {
        let folded = folded(name)
        if managed.contains(folded) { return true }
        return prefixes.contains { folded.hasPrefix($0) }
    }

    /// Beside the two of RFC 9440: what other proxies say of clients, and what some backends take for the request's method, path
    /// or host in place of those that were decided.
    private static let managed: Set<String> = [
        "client-cert", "client-cert-chain", "forwarded", "via", "x-real-ip", "x-client-ip", "x-cluster-client-ip",
        "true-client-ip", "x-original-url", "x-original-uri", "x-original-host", "x-rewrite-url", "x-host",
        "x-http-method", "x-http-method-override", "x-method-override", "x-remote-user", "remote-user",
        "x-original-method", "proxy",
    ]
    private static let prefixes = [
        "x-forwarded-", "x-ssl-", "ssl-client-", "x-client-cert", "x-client-verify", "x-client-dn", "client-cert-",
        "symbolon-", "x-symbolon-", "x-spiffe-", "x-tls-client-",
    ]

    /// RFC 9110 §7.6.1: of this connection alone. `TE` is answered anew, and `Trailer` is only of use with its trailers.
    static let hopByHop: Set<String> = [
        "connection", "proxy-connection", "keep-alive", "te", "transfer-encoding", "upgrade", "proxy-authenticate",
        "proxy-authorization", "http2-settings",
    ]

    /// RFC 9110 §6.5.1: what says how a message is framed, routed or judged is none of its trailers.
    static let notInTrailers: Set<String> = hopByHop.union([
        "content-length", "host", "authorization", "cookie", "content-encoding", "content-type", "content-range",
        "trailer", "expect", "max-forwards", "range", "cache-control",
    ])
}
