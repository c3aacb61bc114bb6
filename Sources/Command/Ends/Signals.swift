import Dispatch
import Glibc

/// The signals that ask a process to end, one after another, in place of what they do by themselves.
enum Signals {
    /// From the first call on, and for as long as the process lives, they do nothing else. Call once.
    static func asksToEnd() -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        for number in [SIGTERM, SIGINT] { send(number, to: continuation) }
        return stream
    }

    /// Those that ask it to look at what may have changed. Likewise; but where its terminal is gone, the process goes too.
    static func asksToReload(_ isAtTerminal: Bool) -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        if !isAtTerminal { send(SIGHUP, to: continuation) }
        return stream
    }

    private static func send(_ number: Int32, to continuation: AsyncStream<Int32>.Continuation) {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number)
        // The handler holds its source, and so keeps it while the process lives.
        source.setEventHandler { withExtendedLifetime(source) { _ = continuation.yield(number) } }
        source.activate()
    }
}
