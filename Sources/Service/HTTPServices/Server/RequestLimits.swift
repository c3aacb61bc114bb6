internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SymbolonProxy

/// In front of every route: how often, how much at once, how long and how large, and in which spelling.
struct RequestLimits: RouterMiddleware {
    typealias Context = AuthorityRequestContext

    let ledger: PeerLedger
    let limits: ServerLimits
    let observer: any ServerObserver
    let measures: RequestMeasures

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let started = NIODeadline.now()
        var response = try await bounded(request, context, next)
        for field in Self.always { response.headers.append(field) }
        response.headers.append(HTTPField(name: Self.requestID, value: context.requestID))
        if !response.headers.contains(.cacheControl) { response.headers.append(Self.unlessCached) }
        measures.answered(request.method, response.status, route: context.endpointPath, in: .now() - started)
        return response
    }

    /// RFC 6797 §6.1, and the Fetch standard's X-Content-Type-Options.
    private static let always = [
        HTTPField(name: .strictTransportSecurity, value: "max-age=31536000"),
        HTTPField(name: .xContentTypeOptions, value: "nosniff"),
    ]
    private static let unlessCached = HTTPField(name: .cacheControl, value: "no-store")
    private static let requestID = HTTPField.Name("X-Request-Id")!
    /// In seconds, after one that is too many at once: the longest an honest request takes.
    private static let whenBusy = 1

    private func bounded(
        _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard let peer = context.peer else { return Problem(.internalServerError, "no connection").response }
        switch ledger.begin(peer.key) {
        case .admitted: break
        case .tooOften(let seconds):
            tell(peer, "rate")
            return Problem(.tooManyRequests, "more requests than the rate allows", retryAfter: seconds).response
        case .tooManyAtOnce:
            tell(peer, "concurrency")
            return Problem(.serviceUnavailable, "too many requests at once", retryAfter: Self.whenBusy).response
        }
        defer { ledger.end(peer.key) }
        guard RequestPath.isCanonical(request.uri.path) else {
            tell(peer, "path")
            return Problem(.badRequest, "the path is not in its one spelling").response
        }
        var request = request
        switch try await body(of: request, context) {
        case .whole(let bytes): request.body = RequestBody(buffer: bytes)
        case .tooLarge:
            tell(peer, "body")
            closeSoon(context)
            return Problem(.contentTooLarge, "the body has more than \(limits.bodyBytes) bytes").response
        case .tooSlow:
            tell(peer, "bodyDeadline")
            return Problem(.requestTimeout, "the body did not come in time").response
        }
        do {
            return try await next(request, context)
        } catch let error as any HTTPResponseError {
            return Problem(error.status, nil).response
        } catch {
            observer.server(.failed(request: context.requestID, because: text(of: error)))
            return Problem(.internalServerError, nil).response
        }
    }

    private enum Body { case whole(ByteBuffer), tooLarge, tooSlow }

    /// The whole body, before anything is done with it: a peer that drips holds no more than its own buffer.
    private func body(of request: Request, _ context: Context) async throws -> Body {
        if let text = request.headers[.contentLength], Int(text) ?? .max > limits.bodyBytes { return .tooLarge }
        if let arrived = context.arrivedBody {
            return arrived.readableBytes > limits.bodyBytes ? .tooLarge : .whole(arrived)
        }
        let channel = context.channel
        let alarm = channel.eventLoop.scheduleTask(in: limits.bodyDeadline) { channel.close(promise: nil) }
        defer { alarm.cancel() }
        do {
            return .whole(try await request.body.collect(upTo: limits.bodyBytes))
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            return .tooLarge
        } catch {
            return .tooSlow
        }
    }

    /// The peer may read the answer, and then sends its rest to nobody.
    private func closeSoon(_ context: Context) {
        let channel = context.channel
        channel.eventLoop.scheduleTask(in: .milliseconds(500)) { channel.close(promise: nil) }
    }

    private func tell(_ peer: PeerConnection, _ limit: String) {
        measures.limited(limit)
        observer.server(.limited(peer: peer.name, address: peer.address, limit: limit))
    }
}
