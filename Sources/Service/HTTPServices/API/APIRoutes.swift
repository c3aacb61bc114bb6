internal import HTTPTypes
public import Hummingbird
internal import NIOCore
public import SymbolonAdministration

/// The JSON API: each operation at its endpoint below `/api/v1/`, for who proves a certificate.
///
/// What an operation takes and gives is its type's to say; `docs/OpenAPI.yaml` says the same, and a test compares the two.
public struct APIRoutes: HTTPRoutes {
    private let parts: LocalAdministration.Parts
    private let register: LocalAdministration.Register
    private let operations: [any AdministrativeOperation.Type]

    public init(
        _ operations: [any AdministrativeOperation.Type], parts: LocalAdministration.Parts,
        register: LocalAdministration.Register
    ) {
        self.operations = operations
        self.parts = parts
        self.register = register
    }

    public func add(to router: Router<AuthorityRequestContext>) {
        for operation in operations { add(operation, to: router) }
        router.get("/api/v1/openapi.yaml") { _, _ in
            Response(
                status: .ok, headers: [.contentType: "application/yaml", .cacheControl: "max-age=3600"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.OpenAPI_yaml)))
        }
    }

    private func add<Operation: AdministrativeOperation>(
        _ type: Operation.Type, to router: Router<AuthorityRequestContext>
    ) {
        let path = OperationMessage.root + type.endpoint.path.replacing("{", with: ":").replacing("}", with: "")
        router.on(RouterPath(path), method: type.endpoint.method.http) { request, context in
            await answer(type, to: request, context)
        }
    }

    private func answer<Operation: AdministrativeOperation>(
        _ type: Operation.Type, to request: Request, _ context: AuthorityRequestContext
    ) async -> Response {
        // A connection's task runs on its event loop, which has other connections to serve.
        guard !type.isBrief else { return await perform(type, request, context) }
        return await withTaskExecutorPreference(globalConcurrentExecutor) { await perform(type, request, context) }
    }

    private func perform<Operation: AdministrativeOperation>(
        _ type: Operation.Type, _ request: Request, _ context: AuthorityRequestContext
    ) async -> Response {
        do throws(AdministrationFailure) {
            guard case .certificate(let peer) = context.proof else { throw Self.unproved }
            let administration = LocalAdministration(
                parts, register: register, caller: .peer(peer, address: context.address))
            let body = await Self.body(of: request)
            let answer = try await administration.perform { () throws(AdministrationFailure) -> Operation in
                try Self.checkContentType(of: request, type)
                var path: [String: String] = [:]
                for name in type.endpoint.pathMembers { path[name] = context.parameters.get(name) }
                return try Operation(path: path, query: request.uri.query ?? "", body: body)
            }
            return Response(
                status: HTTPResponse.Status(code: type.endpoint.status), headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: try Operation.encode(answer))))
        } catch {
            return Self.response(error)
        }
    }

    /// It is whole and within bounds: `RequestLimits` has seen to it.
    private static func body(of request: Request) async -> [UInt8] {
        guard let bytes = try? await request.body.collect(upTo: .max) else { return [] }
        return Array(bytes.readableBytesView)
    }

    private static let unproved = AdministrationFailure(
        .unauthenticated, what: "this takes an operator's certificate, and none was shown",
        mend: "connect with one (curl --cert alice.pem --key alice.key), or use symbolon --authority")

    /// Also keeps out pages of other origins in a browser that has an operator's certificate: they may not send this type
    /// without being asked for leave first (Fetch, CORS-safelisted request header), and no leave is given.
    private static func checkContentType(
        of request: Request, _ type: any AdministrativeOperation.Type
    ) throws(AdministrationFailure) {
        guard type.endpoint.hasBody else { return }
        let media = request.headers[.contentType].map { $0.prefix { $0 != ";" && $0 != " " }.lowercased() }
        guard media == "application/json" else {
            throw AdministrationFailure(.malformed, what: "the body is not application/json", mend: "say Content-Type")
        }
    }

    static func response(_ failure: AdministrationFailure) -> Response {
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if let seconds = failure.retryAfter { headers[.retryAfter] = String(seconds) }
        return Response(
            status: HTTPResponse.Status(code: failure.status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: failure.problem)))
    }
}

extension OperationEndpoint.Method {
    fileprivate var http: HTTPRequest.Method {
        switch self {
        case .get: .get
        case .post: .post
        case .put: .put
        case .delete: .delete
        }
    }
}
