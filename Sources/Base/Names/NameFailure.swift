/// Why a text or octets are not a name of the kind asked for.
///
/// Each case carries the flaw and the offending text, already made safe to print: control characters and everything
/// outside ASCII are escaped, and a long text is cut.
public enum NameFailure: Error, Equatable, Sendable {
    case dns(DNSName.Flaw, in: String)
    case ip(IPAddress.Flaw, in: String)
    case network(IPNetwork.Flaw, in: String)
    case mail(Mailbox.Flaw, in: String)
    case spiffe(SPIFFEID.Flaw, in: String)
    case uri(URIName.Flaw, in: String)
    /// A name written for a person without the kind in front: `dns:`, `ip:`, `mail:`, `spiffe://` or `uri:`.
    case kindMissing(in: String)

    /// The offending text, safe to print, at most `NameText.limit` characters of it and an ellipsis.
    public var text: String {
        switch self {
        case .dns(_, let text), .ip(_, let text), .network(_, let text), .mail(_, let text), .spiffe(_, let text),
            .uri(_, let text), .kindMissing(let text):
            text
        }
    }

    /// One line: what was read, what is wrong with it, and where there is advice, what to write.
    public var explanation: String {
        switch self {
        case .dns(let flaw, let text): "\"\(text)\" is not a DNS name: \(flaw.explanation)"
        case .ip(let flaw, let text): "\"\(text)\" is not an IP address: \(flaw.explanation)"
        case .network(let flaw, let text): "\"\(text)\" is not an IP network: \(flaw.explanation)"
        case .mail(let flaw, let text): "\"\(text)\" is not a mailbox: \(flaw.explanation)"
        case .spiffe(let flaw, let text): "\"\(text)\" is not a SPIFFE ID: \(flaw.explanation)"
        case .uri(let flaw, let text): "\"\(text)\" is not a URI that names a peer: \(flaw.explanation)"
        case .kindMissing(let text):
            "\"\(text)\" does not say what kind of name it is: write dns:NAME, ip:ADDRESS, mail:MAILBOX, "
                + "spiffe://DOMAIN/PATH or uri:URI"
        }
    }
}

extension NameFailure: CustomStringConvertible {
    public var description: String { explanation }
}
