import Dispatch
import Foundation
import Synchronization

/// Answers lines on several threads and writes the answers in the order of the lines, each as soon as those before it are
/// written.
///
/// Bounded: a line waits to be taken until there is room for it. A long line takes the room of many short ones, the
/// longest all of it, so what is held at once does not grow with the input or with a slow reader of the answers.
final class OrderedAnswers: Sendable {
    /// Lines that are held at once, being answered or waiting for an earlier one. 64: enough to keep processors busy while one
    /// line takes long.
    private static let room = 64
    /// 64 KiB: room for the lines of 4 MiB, or one longer.
    private static let octetsPerPlace = 1 << 16

    typealias Answer = @Sendable (LineReader.Line, _ number: Int) -> String

    private struct Task {
        let number: Int
        let line: LineReader.Line
        let places: Int
    }

    private struct State {
        var waiting: [Task] = []
        var done: [Int: (text: String, places: Int)] = [:]
        var nextNumber = 1
    }

    private let state = Mutex(State())
    private let free = DispatchSemaphore(value: OrderedAnswers.room)
    private let ready = DispatchSemaphore(value: 0)
    private let answer: Answer
    private let write: @Sendable (String) -> Void

    /// - Parameter write: called with one whole answer at a time.
    init(answer: @escaping Answer, write: @escaping @Sendable (String) -> Void) {
        self.answer = answer
        self.write = write
    }

    /// Answers every line that `next` gives until it gives none, numbered from 1. Returns when the last answer is written.
    func run(threads: Int, next: () throws -> LineReader.Line?) rethrows {
        let ended = DispatchGroup()
        for _ in 0..<threads {
            ended.enter()
            let thread = Thread {
                while self.answerOne() {}
                ended.leave()
            }
            // 8 MiB, as the first thread has: parsers recurse.
            thread.stackSize = 1 << 23
            thread.start()
        }
        defer {
            for _ in 0..<threads { ready.signal() }
            ended.wait()
        }
        var number = 0
        while let line = try next() {
            number += 1
            let task = Task(number: number, line: line, places: Self.places(for: line))
            for _ in 0..<task.places { free.wait() }
            state.withLock { $0.waiting.append(task) }
            ready.signal()
        }
    }

    private static func places(for line: LineReader.Line) -> Int {
        guard case .text(let bytes) = line else { return 1 }
        return min(room, 1 + bytes.count / octetsPerPlace)
    }

    /// False when there is nothing left to answer.
    private func answerOne() -> Bool {
        ready.wait()
        guard let task = state.withLock({ $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }) else { return false }
        let text = answer(task.line, task.number)
        state.withLock { state in
            state.done[task.number] = (text, task.places)
            // Written under the lock, so that no two answers mix or change places.
            while let (text, places) = state.done.removeValue(forKey: state.nextNumber) {
                write(text)
                state.nextNumber += 1
                for _ in 0..<places { free.signal() }
            }
        }
        return true
    }
}
