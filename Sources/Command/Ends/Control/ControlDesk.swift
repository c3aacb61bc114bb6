import Foundation
import SymbolonProxy
import SymbolonStorage

/// Answers what is asked over a control socket, for all ends of this process.
struct ControlDesk: Sendable {
    let ends: [RunningEnd]
    let report: EndReport
    /// Whose ends these are, to whom another process of the same home may succeed; nil: nobody does.
    var home: HomeFolder?
    /// Who takes what is reported of peers.
    var keeper: TrustKeeper?
    var retirement = Retirement()

    /// - Parameter user: who asks, by the operating system's word.
    func answer(_ line: [UInt8], from user: UInt32) async -> ControlAnswer {
        let process = ProcessInfo.processInfo.processIdentifier
        do {
            let question = try JSONDecoder().decode(ControlQuestion.self, from: Data(line))
            guard question.process.map({ $0 == process }) ?? true else {
                return ControlAnswer(lines: [try JSONOutput.line(ControlEnd(process: process, found: 0))])
            }
            let lines = try await answer(question, from: user, process)
            return ControlAnswer(lines: lines, isFarewell: question.ask == .retire)
        } catch {
            let failure = error is DecodingError ? "the question is none" : ExplainedError.text(error)
            let end = ControlEnd(process: process, found: 0, failure: failure)
            return ControlAnswer(lines: (try? [JSONOutput.line(end)]) ?? [])
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
                    lines.append(JSONLine.text(members: ListedConnection(live: live, process: process, now: now)))
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
            lines = report.recent.lines()
            end.found = lines.count
        case .posture:
            guard let keeper, let said = question.report else { break }
            let until = try await keeper.take(said)
            for one in ends { await one.settled() }
            end.found = said.signals.count
            report.tell(.posture(said, until: until, user: user))
        case .postures:
            for (peer, signal, until) in await keeper?.reported() ?? [] {
                lines.append(
                    try JSONLine.text(ListedSignal(peer: peer, signal: signal, until: until, process: process)))
            }
            end.found = lines.count
        case .handOver: end.found = try await handOver(question)
        case .retire:
            report.tell(.retired(ends: ends.map(\.named.description)))
            await retirement.begin()
        }
        return lines + [try JSONOutput.line(end)]
    }

    /// Returns how many sockets were brought; none where the successor serves nothing of this process, or one is there already.
    private func handOver(_ question: ControlQuestion) async throws -> Int {
        guard let home, let place = question.place, !retirement.begun.hasHappened else { return 0 }
        let (mine, wanted) = (Set(ends.map(\.named)), Set(question.ends ?? []))
        guard !mine.isDisjoint(with: wanted) else { return 0 }
        let others = mine.subtracting(wanted).map(\.description).sorted()
        guard others.isEmpty else {
            throw UnlikeSuccessor(others: others)
        }
        let listeners = ends.flatMap { end in end.listeners.map { (end.named, $0) } }
        try await Rendezvous.bring(listeners, to: home.handOverSocket(place))
        return listeners.count
    }
}

/// What is written to whoever asked.
struct ControlAnswer: Sendable {
    /// The last one is a `ControlEnd`.
    let lines: [String]
    /// The process ends when it has been written and what is live has ended.
    var isFarewell = false
}

/// A process serves more than the one that would succeed to it.
struct UnlikeSuccessor: Explained, Equatable {
    let others: [String]
    var explanation: String {
        "it also serves \(others.joined(separator: ", ")), which its successor does not, and would end"
    }
}

/// A line of an answer: a signal that holds.
struct ListedSignal: Codable, Sendable {
    let peer: String
    let signal: String
    let until: Date
    let process: Int32
}
