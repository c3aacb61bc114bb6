import SymbolonWire

/// A request as it came in, whatever the version of HTTP.
public struct ACMERequest: Sendable {
    public enum Method: Equatable, Sendable {
        case get, head, post
        /// One that no resource is asked with.
        case other(String)

        /// By its name in RFC 9110 §9.
        public init(_ name: String) {
            switch name {
            case "GET": self = .get
            case "HEAD": self = .head
            case "POST": self = .post
            default: self = .other(name)
            }
        }

        var name: String {
            switch self {
            case .get: "GET"
            case .head: "HEAD"
            case .post: "POST"
            case .other(let name): name
            }
        }
    }

    public let method: Method
    /// Host and port as the client named them: `Host` or `:authority`.
    public let authority: String
    /// With its query.
    public let path: String
    public let contentType: String?
    public let body: [UInt8]
    /// The network that it came from: what accounts are counted by.
    public let network: String
    /// Where what it begins may go on while it waits; where tasks do unless told.
    public let executor: (any TaskExecutor)?

    public init(
        _ method: Method, authority: String, path: String, contentType: String?, body: [UInt8], network: String,
        executor: (any TaskExecutor)? = nil
    ) {
        self.method = method
        self.authority = authority
        self.path = path
        self.contentType = contentType
        self.body = body
        self.network = network
        self.executor = executor
    }
}

/// What goes back.
public struct ACMEResponse: Sendable {
    public var status: Int
    public var headers: [(name: String, value: String)]
    public var contentType: String?
    public var body: [UInt8]

    init(_ status: Int, contentType: String? = nil, _ body: [UInt8] = []) {
        self.status = status
        headers = []
        self.contentType = contentType
        self.body = body
    }

    init(_ status: Int, json: JSONValue) {
        self.init(status, contentType: "application/json", json.bytes)
    }

    func adding(_ name: String, _ value: String) -> ACMEResponse {
        var response = self
        response.headers.append((name, value))
        return response
    }

    /// The first of that name.
    public subscript(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
