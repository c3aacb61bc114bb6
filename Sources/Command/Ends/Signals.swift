import Dispatch
import Glibc

/// The signals that ask a process to end, one after another, in place of what they do by themselves.
enum Signals {
    /// From the first call on, and for as long as the process lives, they do nothing else. Call once.
    static func asksToEnd() -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        for number in [SIGTERM, SIGINT] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            // The handler holds its source, and so keeps it while the process lives.
            source.setEventHandler { withExtendedLifetime(source) { _ = continuation.yield(number) } }
            source.activate()
        }
        return stream
    }
}
