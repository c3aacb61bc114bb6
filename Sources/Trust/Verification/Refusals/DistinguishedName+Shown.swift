import SymbolonCertificates

extension DistinguishedName {
    /// RFC 4514 text, cut at 200 characters: a peer chooses the name, and it must not fill a log line (RFC 5280 sets no
    /// bound on the number of attributes).
    var shown: String {
        let text = description
        return text.count > 200 ? text.prefix(200) + "…" : text
    }
}
