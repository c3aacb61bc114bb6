internal import NIOHTTP1

/// What a gRPC client is told in place of an HTTP status, which it would only guess from
/// (https://github.com/grpc/grpc/blob/master/doc/statuscodes.md).
enum GRPCStatus: Int {
    case unknown = 2
    case permissionDenied = 7
    case resourceExhausted = 8
    case unimplemented = 12
    case internalError = 13
    case unavailable = 14
    case unauthenticated = 16

    /// As gRPC's own table has it (http-grpc-status-mapping.md), and where that has nothing, what a client can act by.
    init(_ fault: RequestFault) {
        self =
            switch fault {
            case .forbidden: .permissionDenied
            case .unproved: .unauthenticated
            case .malformed, .cannotTell: .internalError
            case .methodNotAllowed: .unimplemented
            case .contentTooLarge, .headersTooLarge: .resourceExhausted
            case .tooManyRequests, .backendUnreachable, .backendBroken, .backendSilent: .unavailable
            case .misdirected, .version, .requestTimeout: .unknown
            }
    }

    /// Whether a request is a call of gRPC (PROTOCOL-HTTP2.md: POST, and `application/grpc` with an optional `+` or `;`).
    static func isAsked(by request: HTTPRequestHead?, asStream isStream: Bool) -> Bool {
        guard isStream, let request, request.method == .POST,
            let type = request.headers.first(name: "content-type")?.lowercased(), type.hasPrefix(base)
        else { return false }
        return [nil, "+", ";"].contains(type.dropFirst(base.count).first)
    }

    private static let base = "application/grpc"

    func trailers(_ fault: RequestFault, number: String) -> HTTPHeaders {
        let message = "\(fault.title): \(fault.detail); \(fault.remedy(naming: number))"
        return ["grpc-status": String(rawValue), "grpc-message": Self.encoded(message)]
    }

    /// Percent-encoded, but for printable ASCII without the percent sign.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, octet in
            if (0x20...0x7E).contains(octet), octet != UInt8(ascii: "%") {
                result.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                result.append("%")
                result.append(digits[Int(octet >> 4)])
                result.append(digits[Int(octet & 15)])
            }
        }
    }
}
