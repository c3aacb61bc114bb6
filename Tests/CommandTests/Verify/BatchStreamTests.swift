import Dispatch
import Foundation
import SymbolonTestSupport
import Synchronization
import Testing

@testable import symbolon

@Suite("verify --batch: lines in and answers out, in order and in bounded memory")
struct BatchStreamTests {
    @Test("answers keep the order of the lines, however long each takes")
    func order() {
        let written = Mutex<[String]>([])
        let secondIsDone = DispatchSemaphore(value: 0)
        let answers = OrderedAnswers(
            answer: { line, number in
                // The first is answered last.
                if number == 1 { secondIsDone.wait() }
                if number == 2 { secondIsDone.signal() }
                return "\(number)"
            }, write: { text in written.withLock { $0.append(text) } })
        var left = 200
        answers.run(threads: 2) {
            left -= 1
            return left >= 0 ? .text([]) : nil
        }
        #expect(written.withLock(\.self) == (1...200).map(String.init))
    }

    @Test("an answer is written before the next line is there")
    func streaming() {
        let isWritten = DispatchSemaphore(value: 0)
        let answers = OrderedAnswers(answer: { _, number in "\(number)" }, write: { _ in isWritten.signal() })
        var number = 0
        answers.run(threads: 2) {
            number += 1
            // 60 s: only a run that holds answers back waits at all.
            if number > 1, isWritten.wait(timeout: .now() + 60) == .timedOut {
                Issue.record("line \(number) came first")
            }
            return number <= 3 ? .text([]) : nil
        }
    }

    @Test("while a long line is answered, no other is taken")
    func bounded() {
        let held = Mutex(0)
        let most = Mutex(0)
        let isCrowded = DispatchSemaphore(value: 0)
        let answers = OrderedAnswers(
            answer: { _, number in
                // As slow as it takes to see whether others come in meanwhile.
                if number == 1 { _ = isCrowded.wait(timeout: .now() + 0.3) }
                return ""
            }, write: { _ in held.withLock { $0 -= 1 } })
        var left = 20
        answers.run(threads: 2) {
            let now = held.withLock { held in
                held += 1
                return held
            }
            most.withLock { $0 = max($0, now) }
            if now > 2 { isCrowded.signal() }
            left -= 1
            return left >= 0 ? .text([UInt8](repeating: 0x20, count: 1 << 23)) : nil
        }
        // The one that is answered, and the one that was read and waits for room.
        #expect(most.withLock(\.self) <= 2)
    }

    private func lines(of text: String, limit: Int = 8) throws -> [LineReader.Line] {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "lines")
        let file = try #require(FileHandle(forReadingAtPath: path))
        var reader = LineReader(descriptor: file.fileDescriptor, limit: limit)
        var lines: [LineReader.Line] = []
        while let line = try reader.next() { lines.append(line) }
        return lines
    }

    @Test("a line is what stands between line ends; the last one needs none")
    func lineEnds() throws {
        func text(_ text: String) -> LineReader.Line { .text(Array(text.utf8)) }
        #expect(try lines(of: "") == [])
        #expect(try lines(of: "a\nb") == [text("a"), text("b")])
        #expect(try lines(of: "a\n\nb\n") == [text("a"), text(""), text("b")])
        let long = String(repeating: "x", count: 200_000)
        #expect(try lines(of: "a\n\(long)\nb\n", limit: 200_000) == [text("a"), text(long), text("b")])
    }

    @Test("a line over the limit is passed over, and the next one is read")
    func tooLong() throws {
        let long = String(repeating: "x", count: 200_000)
        let expected: [LineReader.Line] = [.text([0x61]), .tooLong(limit: 8), .text([0x62]), .tooLong(limit: 8)]
        #expect(try lines(of: "a\n\(long)\nb\n123456789") == expected)
        #expect(try lines(of: "12345678") == [.text(Array("12345678".utf8))])
    }

    @Test("what cannot be read is told")
    func unreadable() {
        var reader = LineReader(descriptor: -1)
        #expect(throws: LineReader.Unreadable(code: EBADF)) { try reader.next() }
    }
}
