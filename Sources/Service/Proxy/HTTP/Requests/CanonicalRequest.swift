internal import NIOHTTP1
internal import SymbolonAccessPolicy

/// A request in the one form in which it is decided and handed on: what the policy reads is what the backend reads.
struct CanonicalRequest {
    let method: HTTPMethod
    let authority: RequestAuthority
    let path: RequestPath
    /// The path, and the query as it came, as the backend gets them.
    let target: String
    /// The client asks for WebSocket (RFC 6455 §4.1, RFC 8441 §4); nothing else is switched to.
    let isUpgrade: Bool
    let framing: Framing

    /// How its content comes.
    enum Framing: Equatable {
        case none
        case length(Int)
        case chunked
    }

    init(_ head: HTTPRequestHead) throws(RequestFault) {
        try Self.checkFields(head.headers)
        let (target, absolute) = try Self.originForm(head.uri)
        method = try Self.method(head.method)
        authority = try Self.authority(head, absolute)
        let end = target.firstIndex(of: "?") ?? target.endIndex
        do {
            path = try RequestPath(target[..<end])
        } catch {
            throw .malformed(error.explanation)
        }
        let query = target[end...]
        // RFC 3986 §3.4, and what browsers leave as it is; no fragment (RFC 9110 §7.1), nothing that is not printable ASCII.
        guard query.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
            throw .malformed("the query has a character that stands in no query")
        }
        self.target = path.encoded + query
        framing = try Self.framing(head)
        isUpgrade = Self.asksForWebSocket(head) && framing == .none
    }

    var asFact: Question.Request { Question.Request(.known(method.rawValue), .known(path)) }

    /// RFC 9110 §9.1: methods are case-sensitive, and backends are not always; so there is one spelling. CONNECT makes a tunnel,
    /// and TRACE gives back what was added to the request.
    private static func method(_ method: HTTPMethod) throws(RequestFault) -> HTTPMethod {
        if method == .CONNECT || method == .TRACE { throw .methodNotAllowed }
        let isUpperCase = method.rawValue.utf8.allSatisfy { (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "-") }
        guard isUpperCase, !method.rawValue.isEmpty else { throw .malformed("methods are written in upper case") }
        return method
    }

    /// RFC 9112 §3.2.2: the absolute form has the authority in it.
    private static func originForm(_ target: String) throws(RequestFault) -> (target: Substring, authority: Substring?)
    {
        if target.utf8.first == UInt8(ascii: "/") { return (target[...], nil) }
        let scheme = "https://"
        guard target.prefix(scheme.count).lowercased() == scheme else {
            throw .malformed("the target is neither a path nor an https address")
        }
        let rest = target.dropFirst(scheme.count)
        let end = rest.firstIndex { $0 == "/" || $0 == "?" || $0 == "#" } ?? rest.endIndex
        let path = rest[end...]
        return (path.first == "/" ? path : "/" + path, rest[..<end])
    }

    /// RFC 9112 §3.2: exactly one Host; where the target has an authority too, it is the same one.
    private static func authority(
        _ head: HTTPRequestHead, _ absolute: Substring?
    ) throws(RequestFault) -> RequestAuthority {
        let hosts = head.headers["host"]
        guard hosts.count == 1, let authority = RequestAuthority(hosts[0]) else {
            throw .malformed("it does not name its host, once and in its one form")
        }
        if let absolute {
            guard let named = RequestAuthority(String(absolute)), named == authority else {
                throw .malformed("its target names one host, and its header another")
            }
        }
        return authority
    }

    /// RFC 9110 §5.5: no control character in any value; §5.1: a name is a token.
    private static func checkFields(_ fields: HTTPHeaders) throws(RequestFault) {
        for (name, value) in fields {
            let isToken = !name.isEmpty && name.utf8.allSatisfy(FieldName.isTokenCharacter)
            guard isToken else { throw .malformed("a field's name is none") }
            guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw .malformed("the value of a field has a control character")
            }
        }
    }

    /// RFC 9112 §6.1 to §6.3: one length, or chunks, and never both. Codings other than chunked hide where the content ends from
    /// whoever does not know them.
    private static func framing(_ head: HTTPRequestHead) throws(RequestFault) -> Framing {
        let codings = head.headers["transfer-encoding"]
        let lengths = head.headers["content-length"]
        guard codings.isEmpty || (lengths.isEmpty && !head.version.isOld) else {
            throw .malformed("it says in two ways how long its content is")
        }
        if let coding = codings.first {
            guard codings.count == 1, coding.lowercased() == "chunked" else {
                throw .malformed("it is coded for transfer otherwise than in chunks")
            }
            return .chunked
        }
        guard let length = lengths.first else { return .none }
        let isNumber = !length.isEmpty && length.utf8.allSatisfy { (0x30...0x39).contains($0) }
        guard lengths.count == 1, isNumber, let octets = Int(length) else {
            throw .malformed("the length of its content is no number")
        }
        return .length(octets)
    }

    private static func asksForWebSocket(_ head: HTTPRequestHead) -> Bool {
        head.method == .GET && !head.version.isOld
            && head.headers["upgrade"].map { $0.lowercased() } == ["websocket"]
            && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "upgrade" }
    }
}
