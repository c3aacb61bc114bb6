internal import NIOCore
internal import NIOHTTP1
internal import SymbolonWire

/// A request on the public port, whole.
struct PublicRequest: Sendable {
    let method: HTTPMethod
    /// As it came.
    let path: String
    let contentType: String?
    let ifNoneMatch: String?
    let body: ByteBuffer

    init(_ head: HTTPRequestHead, body: ByteBuffer) {
        method = head.method
        path = head.uri
        contentType = head.headers.first(name: "content-type")
        ifNoneMatch = head.headers.first(name: "if-none-match")
        self.body = body
    }

    init(_ request: PlainRequest, _ octets: [UInt8]) {
        switch request.method {
        case .get: method = .GET
        case .head: method = .HEAD
        case .post: method = .POST
        }
        path = request.target
        contentType = request.contentType
        ifNoneMatch = request.ifNoneMatch
        body = ByteBuffer(bytes: octets[request.body])
    }
}

/// What of a request its answer depends on.
struct AskedOnce: Sendable {
    let isHead: Bool
    /// The connection ends behind the answer.
    let isLast: Bool
}

/// What is said to one.
struct PublicResponse: Sendable {
    var status: HTTPResponseStatus
    var headers: HTTPHeaders = [:]
    var body = ByteBuffer()

    static let notFound = PublicResponse(status: .notFound, headers: ["cache-control": "max-age=5"])
    static let methodNotAllowed = PublicResponse(status: .methodNotAllowed, headers: ["cache-control": "no-store"])
    static let unavailable = PublicResponse(
        status: .serviceUnavailable, headers: ["retry-after": "5", "cache-control": "no-store"])
    static let tooManyAtOnce = PublicResponse(
        status: .serviceUnavailable, headers: ["retry-after": "1", "cache-control": "no-store"])

    static func tooOften(retryAfter seconds: Int) -> PublicResponse {
        PublicResponse(
            status: .tooManyRequests, headers: ["retry-after": "\(seconds)", "cache-control": "no-store"])
    }
}

/// Something that is served on the public port.
protocol PublicRoute: Sendable {
    /// Nil: it is not this one's to answer.
    func answer(_ request: PublicRequest) -> PublicAnswer?
}

enum PublicAnswer: Sendable {
    /// On the event loop.
    case now(PublicResponse)
    /// Of the store.
    case later(@Sendable () async -> PublicResponse)
}

extension ByteBuffer {
    /// With its body, unless that was not asked for.
    mutating func writeAnswer(_ response: PublicResponse, to asked: AskedOnce, date: String) {
        reserveCapacity(minimumWritableBytes: 512 + (asked.isHead ? 0 : response.body.readableBytes))
        writeHead(of: response, isLast: asked.isLast, date: date)
        if !asked.isHead { writeImmutableBuffer(response.body) }
    }

    mutating func writeHead(of response: PublicResponse, isLast: Bool, date: String) {
        writeStatus(Int(response.status.code), response.status.reasonPhrase)
        for (name, value) in response.headers { writeField(name, value) }
        // RFC 9110 §8.6: a 304 would have to name the length of what is not sent.
        if response.status != .notModified { writeField("content-length", String(response.body.readableBytes)) }
        writeField("date", date)
        if isLast { writeField("connection", "close") }
        writeStaticString("\r\n")
    }
}
