/// What is asked of an address.
enum FetchRequest: Sendable {
    /// RFC 9110 §9.3.1; anything but status 200 is a failure.
    case get
    /// RFC 9110 §9.3.3; every status is an answer, but one that leads elsewhere.
    case post([UInt8], type: String)
}

/// What an address answers to a post.
public struct FetchAnswer: Equatable, Sendable {
    public let status: Int
    /// RFC 9110 §10.2.3, where it is in seconds.
    public let retryAfter: Int?
    public let octets: [UInt8]
}
