import Foundation
import SymbolonProxy

/// Answers what is asked over a control socket, for all ends of this process.
struct ControlDesk: Sendable {
    let ends: [RunningEnd]
    let report: EndReport

    /// - Parameter user: who asks, by the operating system's word.
    /// - Returns: lines; the last one is a `ControlEnd`.
    func answer(_ line: [UInt8], from user: UInt32) async -> [String] {
        let process = ProcessInfo.processInfo.processIdentifier
        do {
            let question = try JSONDecoder().decode(ControlQuestion.self, from: Data(line))
            return try await answer(question, from: user, process)
        } catch {
            let failure = error is DecodingError ? "the question is none" : ExplainedError.text(error)
            let end = ControlEnd(process: process, found: 0, failure: failure)
            return (try? [JSONOutput.line(end)]) ?? []
        }
    }

    private func answer(_ question: ControlQuestion, from user: UInt32, _ process: Int32) async throws -> [String] {
        var lines: [String] = []
        var end = ControlEnd(process: process, found: 0)
        switch question.ask {
        case .connections:
            for one in ends {
                let meant = try question.filter.take(from: await one.connections())
                end.found += meant.count
                let now = Date()
                for live in meant.prefix(max(0, (question.most ?? .max) - lines.count)) {
                    lines.append(try JSONLine.text(ListedConnection(live: live, process: process, now: now)))
                }
            }
        case .close:
            end.closed = 0
            for one in ends {
                let meant = try question.filter.take(from: await one.connections())
                end.found += meant.count
                guard !meant.isEmpty else { continue }
                let count = await one.close(Set(meant.map(\.facts.id)), because: question.because ?? "")
                end.closed? += count
                report.tell(
                    .closedByHand(
                        service: one.name, role: one.role, count: count, user: user, why: question.because,
                        filter: question.filter))
            }
        case .recent:
            lines = try report.recent.lines()
            end.found = lines.count
        }
        return lines + [try JSONOutput.line(end)]
    }
}
