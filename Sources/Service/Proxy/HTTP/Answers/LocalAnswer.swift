internal import NIOCore
internal import NIOHTTP1

/// An answer that this end gives itself: a page for a person, a problem document for a program, a status for a gRPC client.
struct LocalAnswer {
    let head: HTTPResponseHead
    /// Nil: there is none.
    let body: ByteBuffer?
    let trailers: HTTPHeaders?

    /// - Parameters:
    ///   - request: nil: none could be made of what came.
    ///   - isClosing: no request follows on the connection.
    init(
        _ fault: RequestFault, number: String, to request: HTTPRequestHead?, asStream isStream: Bool,
        closing isClosing: Bool
    ) {
        if GRPCStatus.isAsked(by: request, asStream: isStream) {
            var fields: HTTPHeaders = ["content-type": "application/grpc"]
            if case .unproved(let refusal) = fault { refusal.add(to: &fields) }
            head = HTTPResponseHead(version: .http1_1, status: .ok, headers: fields)
            body = nil
            trailers = GRPCStatus(fault).trailers(fault, number: number)
            return
        }
        let page = ProblemPage(fault: fault, number: number)
        let (type, text) = page.answer(asPage: request.map { ProblemPage.isWanted($0.headers) } ?? false)
        var fields = HTTPHeaders([
            ("content-type", type), ("content-length", String(text.readableBytes)), ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
        ])
        if case .tooManyRequests = fault { fields.add(name: "retry-after", value: "1") }
        // RFC 9110 §15.5.6.
        if case .methodNotAllowed = fault {
            fields.add(name: "allow", value: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        }
        if case .unproved(let refusal) = fault { refusal.add(to: &fields) }
        if isClosing, !isStream { fields.add(name: "connection", value: "close") }
        head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: fault.status), headers: fields)
        body = request?.method == .HEAD ? nil : text
        trailers = nil
    }
}
