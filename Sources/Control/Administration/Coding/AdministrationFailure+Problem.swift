internal import SymbolonWire

/// A failure as an RFC 9457 problem document, and back.
extension AdministrationFailure {
    private static let prefix = "urn:symbolon:problem:"

    /// RFC 9110 §15.
    public var status: Int {
        switch kind {
        case .unauthenticated: 401
        case .forbidden: 403
        case .malformed: 400
        case .refused: 422
        case .notFound: 404
        case .conflict: 409
        case .tooLarge: 413
        case .tooMany: 429
        case .notOffered: 501
        case .unavailable, .unreachable, .untrusted, .notUnderstood: 503
        }
    }

    public var problem: [UInt8] {
        var members = [
            JSONMember("type", .string(Self.prefix + kind.rawValue)), JSONMember("title", .string(what)),
            JSONMember("status", .integer(Int64(status))),
        ]
        if let why { members.append(JSONMember("detail", .string(why))) }
        if let mend { members.append(JSONMember("remedy", .string(mend))) }
        return JSONValue.object(members).bytes
    }

    /// What an answer that is no success says. A body that is no problem document says no more than its status.
    public init(problem body: [UInt8], status: Int, retryAfter: Int?) {
        let document = try? JSONReader.parse(body)
        let type = document?["type"]?.string ?? ""
        let kind = type.hasPrefix(Self.prefix) ? Kind(rawValue: String(type.dropFirst(Self.prefix.count))) : nil
        self.init(
            kind ?? Self.kind(status),
            what: document?["title"]?.string ?? "the authority answered with status \(status)",
            why: document?["detail"]?.string, mend: document?["remedy"]?.string, retryAfter: retryAfter)
    }

    private static func kind(_ status: Int) -> Kind {
        switch status {
        case 400: .malformed
        case 401: .unauthenticated
        case 403: .forbidden
        case 404: .notFound
        case 409: .conflict
        case 413: .tooLarge
        case 429: .tooMany
        case 503: .unavailable
        default: .notUnderstood
        }
    }
}
