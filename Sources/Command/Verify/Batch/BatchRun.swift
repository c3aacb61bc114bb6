import Foundation
import SymbolonVerification
import Synchronization

/// `symbolon verify --batch`: a line of JSON in, a line of JSON out.
final class BatchRun: Sendable {
    private let now: Date
    private let unusable = Atomic(0)

    /// - Parameter now: the moment of the lines that name none.
    init(now: Date) { self.now = now }

    /// How many lines could not be read.
    var unusableCount: Int { unusable.load(ordering: .relaxed) }

    /// Answers everything from `descriptor`.
    func answer(_ descriptor: Int32, write: @escaping @Sendable (String) -> Void) throws {
        var reader = LineReader(descriptor: descriptor)
        let answers = OrderedAnswers(answer: { self.text(of: $0, number: $1) }, write: write)
        try answers.run(threads: Processors.usable) { try reader.next() }
    }

    private func text(of line: LineReader.Line, number: Int) -> String {
        let answer = answer(to: line, number: number)
        if answer.verdict == .unusable { unusable.add(1, ordering: .relaxed) }
        do {
            return try JSONLine.text(answer)
        } catch {
            preconditionFailure("an answer holds nothing but texts and whole numbers: \(error)")
        }
    }

    func answer(to line: LineReader.Line, number: Int) -> BatchAnswer {
        switch line {
        case .tooLong(let limit):
            return BatchAnswer(nil, unusable: "line \(number): longer than \(limit) octets")
        case .text(let bytes):
            let data = Data(bytes)
            do {
                return Self.answer(to: try JSONDecoder().decode(BatchCase.self, from: data), now: now)
            } catch {
                let id = (try? JSONDecoder().decode(Named.self, from: data))?.id
                return BatchAnswer(id, unusable: "line \(number): \(Self.explanation(of: error, in: bytes))")
            }
        }
    }

    private static func answer(to one: BatchCase, now: Date) -> BatchAnswer {
        do {
            let question = try one.question(now: now)
            do {
                return BatchAnswer(one.id, accepted: try question.answer())
            } catch {
                return BatchAnswer(one.id, error, of: question)
            }
        } catch let impossible as BatchCase.ImpossibleName {
            return BatchAnswer(one.id, impossible)
        } catch let unreadable as BatchCase.Unreadable {
            return BatchAnswer(one.id, unusable: unreadable.detail)
        } catch {
            return BatchAnswer(one.id, unusable: ExplainedError.text(error))
        }
    }

    /// What can be said of a line whose other members cannot be read.
    private struct Named: Decodable {
        let id: BatchID?
    }

    /// Why a line is not a question, without repeating what it holds.
    private static func explanation(of error: any Error, in line: [UInt8]) -> String {
        func name(_ path: [any CodingKey]) -> String {
            path.reduce("") { text, key in
                key.intValue.map { "\(text)[\($0)]" } ?? (text.isEmpty ? key.stringValue : "\(text).\(key.stringValue)")
            }
        }
        switch error as? DecodingError {
        case .keyNotFound(let key, _): return "\"\(key.stringValue)\" is missing"
        case .typeMismatch(let type, let context), .valueNotFound(let type, let context):
            guard !context.codingPath.isEmpty else { return "not a JSON object" }
            return "\(name(context.codingPath)): \(word(for: type)) is due"
        default: return line.allSatisfy { $0 <= 0x20 } ? "empty" : "not JSON"
        }
    }

    private static func word(for type: any Any.Type) -> String {
        switch type {
        case is String.Type: "a text"
        case is Double.Type: "a number"
        case is Bool.Type: "true or false"
        default: "an array of texts"
        }
    }
}
