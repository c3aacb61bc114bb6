internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Something signed for everybody, as it is sent.
struct PublishedFile: Sendable {
    let body: ByteBuffer
    let contentType: String
    /// Grows with every one that takes its place.
    let number: Int64
    let thisUpdate: Date
    let nextUpdate: Date

    /// For how long a cache may answer without asking again, in seconds: what a revocation waits at most on its way to those
    /// who ask a cache. Asking again costs no file: RFC 9110 §13.1.2.
    private static let freshness: TimeInterval = 60

    func response(to request: Request, at now: Date) -> Response {
        let tag = "\"\(number)\""
        var headers = HTTPFields()
        headers[.contentType] = contentType
        headers[.eTag] = tag
        headers[.lastModified] = HTTPDate.text(thisUpdate)
        headers[.expires] = HTTPDate.text(nextUpdate)
        let left = max(0, min(Self.freshness, nextUpdate.timeIntervalSince(now)))
        headers[.cacheControl] = "public, max-age=\(Int(left)), must-revalidate"
        if let known = request.headers[.ifNoneMatch], Self.matches(known, tag) {
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
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
