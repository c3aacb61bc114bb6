internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import SymbolonWire

/// A failure as a problem document (RFC 9457).
struct Problem {
    let status: HTTPResponse.Status
    /// The last part of the problem's type; nil: the status says it all.
    var kind: String?
    var title: String?
    var detail: String?
    var remedy: String?
    var retryAfter: Int?

    init(_ status: HTTPResponse.Status, _ detail: String?, retryAfter: Int? = nil) {
        self.status = status
        self.detail = detail
        self.retryAfter = retryAfter
    }

    var response: Response {
        var members = [
            JSONMember("type", .string(kind.map { "urn:symbolon:problem:\($0)" } ?? "about:blank")),
            JSONMember("title", .string(title ?? status.reasonPhrase)),
            JSONMember("status", .integer(Int64(status.code))),
        ]
        if let detail { members.append(JSONMember("detail", .string(detail))) }
        if let remedy { members.append(JSONMember("remedy", .string(remedy))) }
        var response = Response(
            status: status, headers: [.contentType: "application/problem+json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: JSONValue.object(members).bytes)))
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
        return response
    }
}
