internal import HTTPTypes
public import Hummingbird
internal import NIOCore
public import SymbolonEnrollment
internal import SymbolonNames

/// ACME over HTTP: what comes in below `/acme` becomes a value for the server, and its answer goes out.
public struct ACMERoutes: HTTPRoutes {
    private let server: ACMEServer

    public init(_ server: ACMEServer) { self.server = server }

    public func add(to router: Router<AuthorityRequestContext>) {
        // Every method, so that a wrong one is answered as RFC 8555 §6.3 says and not as a place that is not there.
        for method in [HTTPRequest.Method.get, .head, .post, .put, .delete, .patch, .options] {
            router.on("\(ACMEServer.root)/**", method: method) { request, context in
                await answer(request, context)
            }
        }
    }

    private func answer(_ request: Request, _ context: AuthorityRequestContext) async -> Response {
        guard let authority = request.head.authority, Self.isHost(authority) else {
            return Problem(.badRequest, "the request names no host").response
        }
        guard let body = try? await request.body.collect(upTo: ACMEServer.largestBody) else {
            return Problem(.contentTooLarge, "the body has more than \(ACMEServer.largestBody) bytes").response
        }
        let answer = await server.answer(
            ACMERequest(
                ACMERequest.Method(request.method.rawValue), authority: authority, path: request.head.path ?? "",
                contentType: request.headers[.contentType], body: Array(body.readableBytesView),
                network: Self.network(of: context.address), executor: LoopExecutor(context.channel.eventLoop)))
        var headers = HTTPFields()
        if let type = answer.contentType { headers[.contentType] = type }
        for (name, value) in answer.headers {
            if let name = HTTPField.Name(name) { headers.append(HTTPField(name: name, value: value)) }
        }
        return Response(
            status: HTTPResponse.Status(code: answer.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    }

    /// RFC 3986 §3.2.2, host and port, in the characters that URLs in an answer may repeat.
    private static func isHost(_ authority: String) -> Bool {
        (1...261).contains(authority.utf8.count)
            && authority.utf8.allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"),
                    UInt8(ascii: "["), UInt8(ascii: "]"):
                    true
                default: false
                }
            }
    }

    /// What accounts are counted by: an IPv4 address, or an IPv6 /64 network (RFC 6177 §2).
    /// - Parameter address: `host:port`.
    static func network(of address: String) -> String {
        let host = address.utf8.lastIndex(of: UInt8(ascii: ":")).map { address[..<$0] } ?? address[...]
        let bare = host.hasPrefix("[") ? host.dropFirst().dropLast() : host
        // Nearly always IPv4, where there is nothing to cut off.
        guard bare.utf8.contains(UInt8(ascii: ":")), let address = try? IPAddress(bare), address.version == .v6,
            let network = try? IPNetwork(containing: address, prefixLength: 64)
        else { return String(bare) }
        return network.description
    }
}
