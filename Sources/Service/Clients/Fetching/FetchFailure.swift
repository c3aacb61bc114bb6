public import NIOCore

/// Why a file was not fetched.
@nonexhaustive
public enum FetchFailure: Error, Equatable, Sendable {
    /// No connection: the name is unknown, nobody listens, or nobody answers.
    case unreachable(String)
    case unreachableWithin(TimeAmount)
    /// The server has proved nothing, or its certificate is not believed. Only https.
    case notProved(String)
    /// Nothing came for so long.
    case silent(TimeAmount)
    /// Something came, and it was not all there after so long.
    case slow(TimeAmount)
    /// Where it leads is not where the operator said.
    case redirected(to: String)
    case status(Int)
    case tooLarge(limit: Int)
    case cutOff
    /// Not HTTP.
    case malformed(String)

    /// One line in English, without a full stop.
    public var explanation: String {
        switch self {
        case .unreachable(let why): "no connection: \(why)"
        case .unreachableWithin(let time): "no connection within \(Self.text(time))"
        case .notProved(let why): "its server has not proved itself: \(why)"
        case .silent(let time): "its server said nothing for \(Self.text(time))"
        case .slow(let time): "it was not complete after \(Self.text(time))"
        case .redirected(let target): "its server sends one on to \(target), which is not where you said"
        case .status(let code): "its server answers with status \(code)"
        case .tooLarge(let limit): "it is larger than \(limit) octets"
        case .cutOff: "its server hung up before all was there"
        case .malformed(let why): "its server does not speak HTTP/1.1: \(why)"
        }
    }

    private static func text(_ time: TimeAmount) -> String {
        let milliseconds = time.nanoseconds / 1_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
    }
}
