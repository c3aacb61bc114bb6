internal import Foundation
internal import NIOHTTP1
internal import SymbolonAuthority

/// `GET` of what is published, over plain HTTP, for everybody and for caches.
struct PublishedFileRoutes: PublicRoute {
    /// With a slash at either end.
    let prefix: String
    let observer: any ServerObserver
    let clock: @Sendable () -> Date
    /// Nil: there is no such file.
    let find: @Sendable (_ path: String) async throws(StoreFailure) -> PublishedFile?

    func answer(_ request: PublicRequest) -> PublicAnswer? {
        guard request.path.hasPrefix(prefix) else { return nil }
        guard request.method == .GET || request.method == .HEAD else { return .now(.methodNotAllowed) }
        return .later { await response(to: request) }
    }

    private func response(to request: PublicRequest) async -> PublicResponse {
        do {
            guard let file = try await find(request.path) else { return .notFound }
            return file.response(to: request, at: clock())
        } catch {
            observer.server(.failed(request: request.path, because: error.explanation))
            return .unavailable
        }
    }
}
