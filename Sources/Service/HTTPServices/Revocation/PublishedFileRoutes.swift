internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import SymbolonAuthority

/// `GET` of what is published, over plain HTTP, for everybody and for caches.
struct PublishedFileRoutes: Sendable {
    let pattern: RouterPath
    let observer: any ServerObserver
    let clock: @Sendable () -> Date
    /// Nil: there is no such file.
    let find: @Sendable (_ path: String) async throws(StoreFailure) -> PublishedFile?

    func add(to router: Router<PublicRequestContext>) {
        router.get(pattern) { request, _ in await answer(request) }
        router.head(pattern) { request, _ in await answer(request).createHeadResponse() }
    }

    private func answer(_ request: Request) async -> Response {
        do {
            guard let file = try await find(request.uri.path) else {
                return Response(status: .notFound, headers: [.cacheControl: "max-age=5"])
            }
            return file.response(to: request, at: clock())
        } catch {
            observer.server(.failed(request: request.uri.path, because: error.explanation))
            return Response(status: .serviceUnavailable, headers: [.retryAfter: "5", .cacheControl: "no-store"])
        }
    }
}
