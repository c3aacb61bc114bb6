internal import NIOCore

/// Runs a connection's tasks on its own event loop: a request that waits for nothing is then read, answered and written by
/// one thread, which no other has to wake.
///
/// What such a task does in one go keeps the loop's other connections waiting, so what may be long leaves it
/// (`globalConcurrentExecutor`).
final class LoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
