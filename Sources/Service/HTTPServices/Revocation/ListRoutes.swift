internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SymbolonAuthority

/// `GET /crl/ISSUER/LIST.crl`: RFC 5280 §4.2.1.13, over plain HTTP, for everybody and for caches.
struct ListRoutes: Sendable {
    let catalog: ListCatalog
    let observer: any ServerObserver
    let clock: @Sendable () -> Date

    /// For how long a cache may answer without asking again, in seconds: what a revocation waits at most on its way to those
    /// who ask a cache. Asking again costs no list: RFC 9110 §13.1.2.
    static let freshness: TimeInterval = 60

    func add(to router: Router<PublicRequestContext>) {
        router.get("/crl/{issuer}/{list}") { request, _ in await answer(request) }
        router.head("/crl/{issuer}/{list}") { request, _ in await answer(request).createHeadResponse() }
    }

    private func answer(_ request: Request) async -> Response {
        let entry: ListCatalog.Entry?
        do {
            entry = try await catalog.list(at: request.uri.path)
        } catch {
            observer.server(.failed(request: request.uri.path, because: error.explanation))
            return Response(status: .serviceUnavailable, headers: [.retryAfter: "5", .cacheControl: "no-store"])
        }
        guard let entry else { return Response(status: .notFound, headers: [.cacheControl: "max-age=5"]) }
        let standing = entry.standing
        let tag = "\"\(standing.number)\""
        var headers = HTTPFields()
        // RFC 2585 §4.2.
        headers[.contentType] = "application/pkix-crl"
        headers[.eTag] = tag
        headers[.lastModified] = HTTPDate.text(standing.thisUpdate)
        headers[.expires] = HTTPDate.text(standing.nextUpdate)
        let left = max(0, min(Self.freshness, standing.nextUpdate.timeIntervalSince(clock())))
        headers[.cacheControl] = "public, max-age=\(Int(left)), must-revalidate"
        if let known = request.headers[.ifNoneMatch], Self.matches(known, tag) {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: entry.body))
    }

    /// RFC 9110 §13.1.2: weak comparison.
    private static func matches(_ known: String, _ tag: String) -> Bool {
        known.split(separator: ",").contains { one in
            let one = one.trimmingCharacters(in: .whitespaces)
            return one == "*" || (one.hasPrefix("W/") ? String(one.dropFirst(2)) : one) == tag
        }
    }
}

/// RFC 9110 §5.6.7: IMF-fixdate.
enum HTTPDate {
    static func text(_ date: Date) -> String {
        let seconds = Int64(date.timeIntervalSince1970.rounded(.down))
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents(
            [.weekday, .day, .month, .year, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds))
        )
        func two(_ number: Int?) -> String { String(((number ?? 0) + 100)).suffix(2).description }
        let year = String((parts.year ?? 0) + 10_000).suffix(4)
        return "\(days[(parts.weekday ?? 1) - 1]), \(two(parts.day)) \(months[(parts.month ?? 1) - 1]) \(year) "
            + "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) GMT"
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
