package import Dispatch
package import NIOCore

/// What is confined to a loop, and what waits for it, knows it by this face.
extension StreamLoop: EventLoop {
    @discardableResult
    package func scheduleTask<T>(deadline: NIODeadline, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        let promise = makePromise(of: T.self)
        let id = NIOLoopBoundBox<UInt64?>.makeEmptyBox(valueType: UInt64.self, eventLoop: self)
        let work: @Sendable () -> Void = { promise.assumeIsolated().completeWith(Result { try task() }) }
        let begin: @Sendable () -> Void = { id.value = self.add(at: deadline, work) }
        if inEventLoop { begin() } else { execute(begin) }
        return Scheduled(
            promise: promise,
            cancellationTask: {
                let cancel: @Sendable () -> Void = { if let id = id.value { self.tasks[id] = nil } }
                if self.inEventLoop { cancel() } else { self.execute(cancel) }
            })
    }

    @discardableResult
    package func scheduleTask<T>(in delay: TimeAmount, _ task: @escaping @Sendable () throws -> T) -> Scheduled<T> {
        scheduleTask(deadline: .now() + delay, task)
    }

    /// A loop ends with the `StreamLoops` that it is of, and not by itself.
    package func shutdownGracefully(queue: DispatchQueue, _ callback: @escaping @Sendable ((any Error)?) -> Void) {
        queue.async { callback(EventLoopError.unsupportedOperation) }
    }
}
