internal import Foundation
internal import NIOCore
internal import NIOHTTP1

/// Something signed for everybody, as it is sent.
struct PublishedFile: Sendable {
    let body: ByteBuffer
    let contentType: String
    /// Grows with every one that takes its place.
    let number: Int64
    let thisUpdate: Date
    let nextUpdate: Date

    func response(to request: PublicRequest, at now: Date) -> PublicResponse {
        Caching(tag: "\"\(number)\"", thisUpdate: thisUpdate, nextUpdate: nextUpdate)
            .response(body, contentType, knowing: request.ifNoneMatch, at: now)
    }
}

/// How long what is signed may be kept by others. RFC 9111; of answers RFC 9919 §7.2.
struct Caching {
    /// RFC 9110 §8.8.3, with its quotation marks.
    let tag: String
    let thisUpdate: Date
    let nextUpdate: Date

    /// For how long a cache may answer without asking again, in seconds: what a revocation waits at most on its way to those
    /// who ask a cache. Asking again costs no file: RFC 9110 §13.1.2.
    private static let freshness: TimeInterval = 60

    func response(_ body: ByteBuffer, _ contentType: String, knowing known: String?, at now: Date) -> PublicResponse {
        let left = max(0, min(Self.freshness, nextUpdate.timeIntervalSince(now)))
        var headers = HTTPHeaders()
        headers.reserveCapacity(8)
        headers.add(name: "content-type", value: contentType)
        headers.add(name: "etag", value: tag)
        headers.add(name: "last-modified", value: HTTPDate.text(thisUpdate))
        headers.add(name: "expires", value: HTTPDate.text(nextUpdate))
        headers.add(
            name: "cache-control",
            value: left == Self.freshness
                ? "public, max-age=60, no-transform, must-revalidate"
                : "public, max-age=\(Int(left)), no-transform, must-revalidate")
        if let known, matches(known) { return PublicResponse(status: .notModified, headers: headers) }
        return PublicResponse(status: .ok, headers: headers, body: body)
    }

    /// RFC 9110 §13.1.2: weak comparison.
    private func matches(_ known: String) -> Bool {
        known.split(separator: ",").contains { one in
            let one = one.trimmingCharacters(in: .whitespaces)
            return one == "*" || (one.hasPrefix("W/") ? String(one.dropFirst(2)) : one) == tag
        }
    }
}
