internal import NIOCore
internal import NIOHTTP2

/// What frames of HTTP/2 may cost beyond the requests that they carry (CVE-2023-44487, CVE-2025-8671, CVE-2019-9511 to 9518,
/// CVE-2024-27316). Past one of these the connection is closed, with GOAWAY.
enum HTTP2Limits {
    /// - Parameter takesSockets: WebSocket may be asked for (RFC 8441 §3).
    static func connection(
        _ limits: HTTPLimits, takesSockets: Bool
    ) -> NIOHTTP2Handler.ConnectionConfiguration {
        var connection = NIOHTTP2Handler.ConnectionConfiguration()
        connection.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: Int(limits.streams)),
            HTTP2Setting(parameter: .maxHeaderListSize, value: limits.headerBytes),
            HTTP2Setting(parameter: .enablePush, value: 0),
        ]
        if takesSockets {
            connection.initialSettings.append(HTTP2Setting(parameter: .enableConnectProtocol, value: 1))
        }
        // Empty data frames behind each other: a bug may send a few.
        connection.maximumSequentialEmptyDataFrames = 4
        // Answers to settings and pings that the peer does not take.
        connection.maximumBufferedControlFrames = 1_000
        // A header block of 32 KiB needs two more frames than its first; five is the library's own number.
        connection.maximumSequentialContinuationFrames = 5
        // 1 MiB: what one peer may send ahead of a backend that does not read, over all its streams.
        connection.targetWindowSize = 1 << 20
        // Pings and settings: 200 in 30 s. Clients that measure their line send one for each answer at most.
        connection.controlFrameRateLimit.maximumCount = 200
        connection.controlFrameRateLimit.windowLength = .seconds(30)
        return connection
    }

    static var stream: NIOHTTP2Handler.StreamConfiguration {
        var stream = NIOHTTP2Handler.StreamConfiguration()
        stream.targetWindowSize = 1 << 18
        stream.outboundBufferSizeHighWatermark = 1 << 16
        stream.outboundBufferSizeLowWatermark = 1 << 15
        // A browser that turns pages quickly resets some dozens.
        stream.streamResetFrameRateLimit.maximumCount = 200
        stream.streamResetFrameRateLimit.windowLength = .seconds(30)
        // What makes this end reset streams, such as malformed heads or windows beyond bounds (CVE-2025-8671).
        stream.streamErrorRateLimit.maximumCount = 100
        stream.streamErrorRateLimit.windowLength = .seconds(30)
        return stream
    }
}
