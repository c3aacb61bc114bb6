public import NIOCore

/// The threads that streams run on: one a core is enough, for none of them ever waits for anything but its sockets.
///
/// They end with the last reference to this.
public final class StreamLoops: Sendable {
    package let all: [StreamLoop]

    /// - Parameter count: how many threads; at least one.
    /// - Throws: `noThread` when the system gives none.
    public init(count: Int) throws(StreamFailure) {
        var loops: [StreamLoop] = []
        for index in 0..<max(1, count) {
            guard let loop = StreamLoop.start(named: "stream-\(index)") else {
                for loop in loops { loop.finish() }
                throw .noThread
            }
            loops.append(loop)
        }
        all = loops
    }

    deinit { for loop in all { loop.finish() } }
}

/// Why a stream, or what makes streams, did not come about.
public enum StreamFailure: Error, Equatable, Sendable {
    /// The system has no thread or no descriptor left for an event loop.
    case noThread
    /// The operating system's reason, by its number (errno(3)).
    case system(CInt)
    /// No address is known for the name.
    case unknownName(String)
    case noAnswer(within: TimeAmount)
    /// The path is longer than a Unix domain socket's may be.
    case unusablePath
}
