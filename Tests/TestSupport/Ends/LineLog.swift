public import Foundation
import Synchronization

/// The lines that a program writes, kept as they come.
public final class LineLog: Sendable {
    private struct Waiting {
        let id: UUID
        let look: @Sendable () -> Void
    }

    private struct State {
        var rest: [UInt8] = []
        var lines: [String] = []
        var waiting: [Waiting] = []
    }

    private let state = Mutex(State())
    private let end = Eventual<Void>()

    /// Reads on a thread of its own: whoever else waits in this process, the program is never held back by a full pipe.
    public init(_ pipe: Pipe) {
        Thread.detachNewThread {
            while true {
                let bytes = pipe.fileHandleForReading.availableData
                if bytes.isEmpty { break }
                self.append(bytes)
            }
            self.end.set(())
        }
    }

    public var all: [String] { state.withLock { $0.lines } }
    public var count: Int { state.withLock { $0.lines.count } }
    public var text: String { all.joined(separator: "\n") }

    /// Waits until nothing more will come, or the time is over.
    public func finished(within patience: Duration) async { _ = await end.value(within: patience) }

    private func append(_ bytes: Data) {
        let waiting = state.withLock { state in
            // By the system's search: what reads for a busy program must not be busier than it.
            unsafe bytes.withUnsafeBytes { bytes in
                var piece = unsafe bytes[...]
                while let start = unsafe UnsafeRawBufferPointer(rebasing: piece).baseAddress,
                    let end = unsafe memchr(start, Int32(UInt8(ascii: "\n")), piece.count)
                {
                    let length = unsafe UnsafeRawPointer(end) - start
                    unsafe state.rest += piece.prefix(length)
                    state.lines.append(String(decoding: state.rest, as: UTF8.self))
                    state.rest.removeAll(keepingCapacity: true)
                    unsafe piece = piece.dropFirst(length + 1)
                }
                unsafe state.rest += piece
            }
            return state.waiting
        }
        for one in waiting { one.look() }
    }

    /// What `read` makes of the first line, after so many, of which it makes anything; nil when none comes in time.
    public func first<Value: Sendable>(
        after count: Int, within patience: Duration, _ read: @escaping @Sendable (String) -> Value?
    ) async -> Value? {
        let found = Eventual<Value>()
        let position = Position(count)
        let look: @Sendable () -> Void = {
            // Each line is read once, however many come after it.
            position.next.withLock { next in
                let lines = self.all
                if let value = lines.dropFirst(next).lazy.compactMap(read).first { found.set(value) }
                next = max(next, lines.count)
            }
        }
        let id = UUID()
        state.withLock { $0.waiting.append(Waiting(id: id, look: look)) }
        look()
        let value = await found.value(within: patience)
        state.withLock { $0.waiting.removeAll { $0.id == id } }
        return value
    }
}

/// How far somebody has read.
private final class Position: Sendable {
    let next: Mutex<Int>

    init(_ next: Int) { self.next = Mutex(next) }
}

/// A value that comes once.
public final class Eventual<Value: Sendable>: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Value?, Never>])
        case set(Value)
    }

    private let state = Mutex(State.waiting([]))

    public init() {}

    /// Sets it, unless it is set.
    public func set(_ value: Value) {
        let waiting = state.withLock { state -> [CheckedContinuation<Value?, Never>] in
            guard case .waiting(let waiting) = state else { return [] }
            state = .set(value)
            return waiting
        }
        for one in waiting { one.resume(returning: value) }
    }

    /// Waits for it; nil when it has not come in time.
    public func value(within patience: Duration) async -> Value? {
        let giveUp = Task {
            try await Task.sleep(for: patience)
            self.giveUp()
        }
        defer { giveUp.cancel() }
        return await withCheckedContinuation { continuation in
            let known = state.withLock { state -> Value? in
                switch state {
                case .set(let value): return value
                case .waiting(let waiting):
                    state = .waiting(waiting + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    private func giveUp() {
        let waiting = state.withLock { state -> [CheckedContinuation<Value?, Never>] in
            guard case .waiting(let waiting) = state else { return [] }
            state = .waiting([])
            return waiting
        }
        for one in waiting { one.resume(returning: nil) }
    }
}
