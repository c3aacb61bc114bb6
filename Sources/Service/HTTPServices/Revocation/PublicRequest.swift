internal import NIOCore
internal import NIOHTTP1

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
