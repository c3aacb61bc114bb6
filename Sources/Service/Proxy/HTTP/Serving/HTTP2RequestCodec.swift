internal import NIOCore
internal import NIOHPACK
internal import NIOHTTP1
internal import NIOHTTP2

/// One HTTP/2 stream as a request and its answer (RFC 9113 §8). What the header block may not hold is refused before it is made
/// one of HTTP/1.1 (§8.2, §10.3); the library has checked names, values and pseudo-header fields already.
final class HTTP2RequestCodec: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTP2Frame.FramePayload

    /// Triggered as an outbound event: the answer is whole, and the rest of the request is not wanted (§8.1).
    struct DeclineRest {}

    private let limits: HTTPLimits
    private let schemes: Set<String>
    private var hasHead = false
    /// RFC 8441 §4: a WebSocket is asked for, and what has come for it waits.
    private var socket: HTTP2Socket?
    /// An answer's head that may yet be its end.
    private var heldHead: (HPACKHeaders, EventLoopPromise<Void>?)?

    /// - Parameter isBehindDoor: TLS is another's affair than the client's, so that it asks for `http`.
    init(_ limits: HTTPLimits, isBehindDoor: Bool = false) {
        self.limits = limits
        schemes = isBehindDoor ? ["https", "http"] : ["https"]
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let socket { return socket.keep(unwrapInboundIn(data)) }
        switch unwrapInboundIn(data) {
        case .headers(let content):
            if hasHead {
                let trailers = HTTPHeaders(content.headers.map { ($0.name, $0.value) })
                context.fireChannelRead(wrapInboundOut(.end(trailers)))
                return
            }
            hasHead = true
            do {
                try check(content.headers)
                let head = try head(content)
                if head.headers.contains(name: "upgrade") {
                    socket = HTTP2Socket(isInputEnded: content.endStream)
                    context.fireChannelRead(wrapInboundOut(.head(head)))
                    context.fireChannelRead(wrapInboundOut(.end(nil)))
                    return
                }
                context.fireChannelRead(wrapInboundOut(.head(head)))
                if content.endStream { context.fireChannelRead(wrapInboundOut(.end(nil))) }
            } catch {
                context.fireErrorCaught(error)
            }
        case .data(let content):
            if case .byteBuffer(let buffer) = content.data, buffer.readableBytes > 0 {
                context.fireChannelRead(wrapInboundOut(.body(buffer)))
            }
            if content.endStream { context.fireChannelRead(wrapInboundOut(.end(nil))) }
        default: break
        }
    }

    /// §6.5.2: names and values, and 32 octets for each field.
    private func check(_ block: HPACKHeaders) throws(RequestFault) {
        guard block.count <= limits.headerFields + 4 else { throw .headersTooLarge }
        let octets = block.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 32 }
        guard octets <= limits.headerBytes else { throw .headersTooLarge }
    }

    private func head(_ content: HTTP2Frame.FramePayload.Headers) throws(RequestFault) -> HTTPRequestHead {
        var fields = HTTPHeaders()
        fields.reserveCapacity(content.headers.count + 2)
        var pseudo: [String: String] = [:]
        var cookies: [String] = []
        var hosts: [String] = []
        for (name, value, _) in content.headers {
            switch name {
            case ":method", ":path", ":scheme", ":authority", ":protocol": pseudo[name] = value
            // §8.2.3: crumbs are one field to whoever does not speak HTTP/2.
            case "cookie": cookies.append(value)
            case "host": hosts.append(value)
            default: fields.add(name: name, value: value)
            }
        }
        guard var method = pseudo[":method"] else { throw .methodNotAllowed }
        let isSocket = method == "CONNECT" && pseudo[":protocol"] == "websocket"
        guard isSocket || method != "CONNECT" else { throw .methodNotAllowed }
        guard let scheme = pseudo[":scheme"], schemes.contains(scheme), let path = pseudo[":path"] else {
            throw .malformed("its scheme is not https")
        }
        // §8.3.1: an authority that is not also that of Host is none.
        if let authority = pseudo[":authority"] {
            guard hosts.allSatisfy({ RequestAuthority($0) == RequestAuthority(authority) }) else {
                throw .malformed("it names two hosts")
            }
            hosts = [authority]
        }
        for host in hosts { fields.add(name: "host", value: host) }
        if !cookies.isEmpty { fields.add(name: "cookie", value: cookies.joined(separator: "; ")) }
        if isSocket {
            // RFC 8441 §5, as HTTP/1.1 asks for it, so that one rule decides both. HTTP/2 knows no such fields otherwise (RFC 9113
            // §8.2.2): they say it to whoever reads the head.
            method = "GET"
            fields.remove(name: "content-length")
            fields.add(name: "connection", value: "Upgrade")
            fields.add(name: "upgrade", value: "websocket")
        } else if !content.endStream, !fields.contains(name: "content-length") {
            fields.add(name: "transfer-encoding", value: "chunked")
        }
        return HTTPRequestHead(
            version: .http2, method: HTTPMethod(rawValue: method), uri: path, headers: fields)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let payload: HTTP2Frame.FramePayload
        switch unwrapOutboundIn(data) {
        case .head(let head):
            writeHeldHead(context)
            var block = HPACKHeaders([(":status", String(head.status.code))])
            block.reserveCapacity(head.headers.count + 1)
            for (name, value) in head.headers { block.add(name: name.lowercased(), value: value) }
            heldHead = (block, promise)
            return
        case .end(nil) where heldHead != nil:
            // gRPC knows answers of one block (Trailers-Only) by its being the last (RFC 9113 §8.1).
            writeHeldHead(context, endStream: true)
            promise?.succeed()
            return
        case .body(let data):
            payload = .data(.init(data: data))
        case .end(let trailers?):
            payload = .headers(
                .init(headers: HPACKHeaders(trailers.map { ($0.name.lowercased(), $0.value) }), endStream: true))
        case .end(nil):
            payload = .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
        }
        writeHeldHead(context)
        context.write(wrapOutboundOut(payload), promise: promise)
    }

    func flush(context: ChannelHandlerContext) {
        writeHeldHead(context)
        context.flush()
    }

    private func writeHeldHead(_ context: ChannelHandlerContext, endStream: Bool = false) {
        guard let (block, promise) = heldHead else { return }
        heldHead = nil
        context.write(wrapOutboundOut(.headers(.init(headers: block, endStream: endStream))), promise: promise)
    }

    /// What stands in its place when a WebSocket is open, with all that has come for that; nil: none was asked for.
    func takeSocket() -> HTTP2Socket? {
        defer { socket = nil }
        return socket
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard event is DeclineRest else { return context.triggerUserOutboundEvent(event, promise: promise) }
        context.writeAndFlush(wrapOutboundOut(.rstStream(.noError)), promise: promise)
    }
}
