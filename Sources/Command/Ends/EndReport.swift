import Dispatch
import Foundation
import Glibc
import SymbolonProxy
import SymbolonWire
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

    fileprivate enum Told: Sendable {
        case event(EndEvent)
        case notice(EndNotice)

        var line: EndLine {
            switch self {
            case .event(let event): EndLine(event)
            case .notice(let notice): EndLine(notice)
            }
        }
    }

    private struct Waiting {
        var lines: [(Told, at: Date)] = []
        var lost = 0
        /// The queue writes them, and those that come meanwhile.
        var isGathering = false
    }

    /// For those who watch the ends themselves.
    static let silent = EndReport(.nothing)

    /// Lines that wait to be written. 10,000: a second of a busy end, at most a few megabytes.
    private static let limit = 10_000
    /// How long lines gather. 20 ms: nobody sees it, and a busy end wakes its writer 50 times a second instead of for
    /// every line, which costs more than the line.
    private static let gathering = timespec(tv_sec: 0, tv_nsec: 20_000_000)

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
            defer { waiting.isGathering = true }
            return !waiting.isGathering
        }
        if isFirst { queue.async { self.gather() } }
    }

    /// On the queue, whose thread sleeps meanwhile: a timer of the queue would wake two threads each time.
    private func gather() {
        var time = Self.gathering
        _ = unsafe nanosleep(&time, nil)
        write()
        let goesOn = waiting.withLock { waiting in
            waiting.isGathering = !waiting.lines.isEmpty
            return waiting.isGathering
        }
        // Behind whoever asked for a flush.
        if goesOn { queue.async { self.gather() } }
    }

    /// On the queue.
    private func write() {
        let (told, lost) = waiting.withLock { waiting in
            defer { (waiting.lines, waiting.lost) = ([], 0) }
            return (waiting.lines, waiting.lost)
        }
        var all = told
        if lost > 0 {
            let warning = EndNotice.warning(
                service: nil, what: "\(lost) lines are not written", why: "whatever reads them is too slow", mend: nil)
            all.append((.notice(warning), at: Date()))
        }
        switch form {
        case .json:
            let lines = JSONLines()
            for (told, moment) in all { try? lines.append(told, at: moment) }
            Lines.write(lines)
        case .text(let terminal):
            let lines = all.map { $0.line.text(at: $1, on: terminal) }
            if !lines.isEmpty { Lines.write(lines.joined(separator: "\n")) }
        case .nothing: break
        }
    }
}

extension JSONLines {
    fileprivate func append(_ told: EndReport.Told, at moment: Date) throws {
        switch told {
        case .event(let event): append(members: TimedEvent(event, at: moment))
        case .notice(let notice): try append(TimedNotice(notice: notice, time: moment))
        }
    }
}

/// An event as one JSON object with the time at which it was told.
struct TimedEvent: JSONMembers {
    let event: EndEvent
    let time: Date

    init(_ event: EndEvent, at time: Date) {
        self.event = event
        self.time = time
    }

    func write(to object: inout JSONText) {
        object.member("timestamp", precisely: time)
        event.write(to: &object)
    }
}

/// The same of a notice.
private struct TimedNotice: Encodable {
    private enum CodingKeys: String, CodingKey { case time = "timestamp" }

    let notice: EndNotice
    let time: Date

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(PreciseTime(date: time), forKey: .time)
        try notice.encode(to: encoder)
    }
}
