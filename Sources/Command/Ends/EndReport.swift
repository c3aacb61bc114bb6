import Dispatch
import Foundation
import SymbolonProxy
import Synchronization

/// Writes what happens at the ends to standard output: a readable line for a person, a JSON object for a program.
///
/// Event loops only hand events over: text is made and written on a queue of its own, for all that has gathered at once, and
/// a reader that does not keep up loses lines instead of holding up connections.
final class EndReport: EndObserver {
    private enum Form {
        case json
        case text(Terminal)
        case nothing
    }

    private enum Told: Sendable {
        case event(EndEvent)
        case notice(EndNotice)
    }

    private struct Waiting {
        var lines: [(Told, at: Date)] = []
        var lost = 0
    }

    /// For those who watch the ends themselves.
    static let silent = EndReport(.nothing)

    /// Lines that wait to be written. 10,000: a second of a busy end, at most a few megabytes.
    private static let limit = 10_000
    /// How long lines gather. 20 ms: nobody sees it, and a busy end wakes its writer 50 times a second instead of for
    /// every line, which costs more than the line.
    private static let gathering = DispatchTimeInterval.milliseconds(20)

    private let form: Form
    private let queue = DispatchQueue(label: "report")
    private let waiting = Mutex(Waiting())

    convenience init(json: Bool, terminal: Terminal = .output) {
        self.init(json || !terminal.isInteractive ? .json : .text(terminal))
    }

    private init(_ form: Form) { self.form = form }

    /// Somebody reads it on a terminal.
    var isForPeople: Bool { if case .text(let terminal) = form { terminal.isInteractive } else { false } }

    /// What `symbolon why` asks for.
    let recent = RecentEvents()

    func end(_ event: EndEvent) {
        let moment = Date()
        recent.add(event, at: moment)
        add(.event(event), at: moment)
    }

    func tell(_ notice: EndNotice) { add(.notice(notice)) }

    func warn(_ service: String?, _ what: String, why: String? = nil, mend: String? = nil) {
        tell(.warning(service: service, what: what, why: why, mend: mend))
    }

    /// Returns when all that was told before has been written.
    func flush() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.write()
                continuation.resume()
            }
        }
    }

    private func add(_ told: Told, at moment: Date = Date()) {
        if case .nothing = form { return }
        let isFirst = waiting.withLock { waiting in
            guard waiting.lines.count < Self.limit else {
                waiting.lost += 1
                return false
            }
            waiting.lines.append((told, at: moment))
            return waiting.lines.count == 1
        }
        if isFirst { queue.asyncAfter(deadline: .now() + Self.gathering) { self.write() } }
    }

    /// On the queue.
    private func write() {
        let taken = waiting.withLock { waiting in
            let taken = waiting
            waiting = Waiting()
            return taken
        }
        var lines = taken.lines.compactMap { try? line($0, at: $1) }
        if taken.lost > 0 {
            let warning = EndNotice.warning(
                service: nil, what: "\(taken.lost) lines are not written", why: "whatever reads them is too slow",
                mend: nil)
            if let text = try? line(.notice(warning), at: Date()) { lines.append(text) }
        }
        if !lines.isEmpty { Lines.write(lines.joined(separator: "\n")) }
    }

    private func line(_ told: Told, at moment: Date) throws -> String {
        switch (form, told) {
        case (.json, .event(let event)): try JSONLine.text(TimedEvent(event, at: moment))
        case (.json, .notice(let notice)): try JSONLine.text(TimedEvent(notice, at: moment))
        case (.text(let terminal), .event(let event)): EndLine(event).text(at: moment, on: terminal)
        case (.text(let terminal), .notice(let notice)): EndLine(notice).text(at: moment, on: terminal)
        case (.nothing, _): ""
        }
    }
}

/// An event as one JSON object with the time at which it was told.
struct TimedEvent<Event: Encodable & Sendable>: Encodable, Sendable {
    private enum CodingKeys: String, CodingKey { case time = "timestamp" }

    let event: Event
    let time: Date

    init(_ event: Event, at time: Date) {
        self.event = event
        self.time = time
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(time.formatted(.iso8601WithMilliseconds), forKey: .time)
        try event.encode(to: encoder)
    }
}

extension FormatStyle where Self == Date.ISO8601FormatStyle {
    fileprivate static var iso8601WithMilliseconds: Self { Self(includingFractionalSeconds: true) }
}
