/// Where spans are sent: an HTTP client that knows its collector.
public protocol SpanCollector: Sendable {
    /// Posts one document of `application/json`, within a few seconds.
    /// - Throws: there was no answer. The error's description says why.
    func post(_ document: [UInt8]) async throws -> CollectorAnswer
}

/// OTLP/HTTP, "Response".
public struct CollectorAnswer: Sendable {
    public let status: Int
    /// RFC 9110 §10.2.3, in seconds.
    public let retryAfter: Int?
    public let content: [UInt8]

    public init(status: Int, retryAfter: Int? = nil, content: [UInt8] = []) {
        self.status = status
        self.retryAfter = retryAfter
        self.content = content
    }
}

/// What an operator has to know of the sending. Told when it changes, not for each batch.
public enum ExportNews: Equatable, Sendable {
    /// It is tried again.
    case unreachable(String)
    /// What was sent is lost.
    case refused(String)
    /// The collector takes spans again; so many were lost.
    case recovered(lost: UInt64)
    /// Spans end faster than they can be sent, and some are forgotten. Told once.
    case overflowing
}

public protocol ExportObserver: Sendable {
    func spans(_ news: ExportNews)
}
