internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import SymbolonTransport

/// The operating system's or the network library's failure in the words an operator searches for.
package func text(of error: any Error) -> String {
    switch error {
    case let failure as TLSFailure:
        return failure.explanation
    case let failure as StreamFailure:
        return text(of: failure)
    case let failure as IOError:
        return describe(errno: failure.errnoCode)
    case let failure as NIOConnectionError:
        if let first = failure.connectionErrors.first { return text(of: first.error) }
        return "no address is known for the name \(failure.host)"
    case ChannelError.connectTimeout(let limit):
        return "no answer within \(limit.nanoseconds / 1_000_000) ms"
    default:
        return "\(error)"
    }
}

private func text(of failure: StreamFailure) -> String {
    switch failure {
    case .noThread: "no event loop could be started"
    case .system(let code): describe(errno: code)
    case .unknownName(let name): "no address is known for the name \(name)"
    case .noAnswer(let limit): "no answer within \(limit.nanoseconds / 1_000_000) ms"
    case .unusablePath: "the path is longer than a socket's may be"
    }
}

private func describe(errno code: CInt) -> String {
    var words = [CChar](repeating: 0, count: 128)
    guard unsafe strerror_r(code, &words, words.count) == 0 else { return "error \(code)" }
    return String(decoding: words.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).lowercased()
}
