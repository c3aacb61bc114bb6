extension FetchAddress {
    /// RFC 9110 §10.2.2: a Location is an address of its own, or relative to the one that was asked for (RFC 3986 §4.2).
    init(location: String, from base: FetchAddress) throws(FetchAddressFault) {
        let scheme = base.isSecure ? "https" : "http"
        let host = base.host.contains(":") ? "[\(base.host)]" : base.host
        let wanted = String(location.prefix { $0 != "#" })
        if wanted.contains("://") || Self.namesScheme(wanted) {
            try self.init(wanted)
        } else if wanted.hasPrefix("//") {
            try self.init("\(scheme):\(wanted)")
        } else if wanted.hasPrefix("/") {
            try self.init("\(scheme)://\(host):\(base.port)\(wanted)")
        } else {
            let folder = base.target.prefix { $0 != "?" }
            let end = folder.lastIndex(of: "/") ?? folder.startIndex
            try self.init("\(scheme)://\(host):\(base.port)\(folder[...end])\(wanted)")
        }
    }

    /// RFC 3986 §3.1: a colon before any slash ends a scheme, as in `file:/etc/passwd`.
    private static func namesScheme(_ text: String) -> Bool {
        guard let colon = text.firstIndex(of: ":") else { return false }
        return !text[..<colon].contains("/") && !text[..<colon].contains("?")
    }
}
