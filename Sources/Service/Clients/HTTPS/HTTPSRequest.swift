public import NIOCore

/// One request (RFC 9110 §3), whole in memory.
public struct HTTPSRequest: Sendable {
    public enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"

        /// RFC 9110 §9.2.2: asked twice, it does no more than asked once.
        var isIdempotent: Bool { self != .post }
    }

    public var method: Method
    /// Path and query, as RFC 9112 §3.2.1 writes them.
    public var target: String
    /// Beside `host` and `content-length`, which are written by themselves.
    public var fields: [HTTPSField]
    public var body: [UInt8]
    /// It may be sent a second time when a connection that was kept turns out to be closed. By default only where the
    /// method allows it.
    public var isRepeatable: Bool

    public init(_ method: Method, _ target: String, fields: [HTTPSField] = [], body: [UInt8] = []) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
        isRepeatable = method.isIdempotent
    }
}

/// One line of a header section (RFC 9110 §5).
public struct HTTPSField: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What was answered, whole in memory.
public struct HTTPSResponse: Equatable, Sendable {
    public let status: Int
    public let fields: [HTTPSField]
    public let body: [UInt8]

    public init(status: Int, fields: [HTTPSField] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// The first field of that name (RFC 9110 §5.1: in any case).
    public func field(_ name: String) -> String? {
        let wanted = name.lowercased()
        return fields.first { $0.name.lowercased() == wanted }?.value
    }

    /// All fields of that name, in order.
    public func fields(_ name: String) -> [String] {
        let wanted = name.lowercased()
        return fields.filter { $0.name.lowercased() == wanted }.map(\.value)
    }
}

/// What one request may take.
public struct HTTPSLimits: Sendable {
    /// 5 s: three tries at the first packet of a connection, and a slow resolver.
    public var connecting = TimeAmount.seconds(5)
    /// Between one piece of an answer and the next, the first included. 15 s: a busy authority that signs for thousands.
    public var silence = TimeAmount.seconds(15)
    /// From the sending to the last octet. 60 s: a megabyte over 140 kbit/s.
    public var whole = TimeAmount.seconds(60)
    /// How long a connection is kept for the next request. 30 s: less than servers keep theirs.
    public var idle = TimeAmount.seconds(30)
    /// 16 KiB, all fields together: what servers of the Web allow themselves.
    public var headOctets = 16 << 10
    /// 1 MiB: a page of 1,000 certificates' records with room.
    public var bodyOctets = 1 << 20

    public init() {}
}
