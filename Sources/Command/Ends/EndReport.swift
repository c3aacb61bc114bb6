import Dispatch
import Foundation
import SymbolonProxy
import Synchronization

/// Writes what happens at the ends to standard output: a readable line for a person, a JSON object for a program.
///
/// Event loops only hand events over: text is made and written on a queue of its own, and a reader that does not keep up
/// loses lines instead of holding up connections.
final class EndReport: EndObserver {
    private enum Form {
        case json
        case text(Terminal)
        case nothing
    }

    /// For those who watch the ends themselves.
    static let silent = EndReport(.nothing)

    /// Lines that wait to be written. 10,000: some seconds of a busy end, at most a few megabytes.
    private static let limit = 10_000

    private let form: Form
    private let queue = DispatchQueue(label: "report")
    private let waiting = Atomic<Int>(0)
    private let lost = Atomic<Int>(0)

    convenience init(json: Bool, terminal: Terminal = .output) {
        self.init(json || !terminal.isInteractive ? .json : .text(terminal))
    }

    private init(_ form: Form) { self.form = form }

    func end(_ event: EndEvent) {
        write { form in
            switch form {
            case .json: try JSONOutput.line(Timed(event))
            case .text(let terminal): EndLine(event).text(at: Date(), on: terminal)
            case .nothing: ""
            }
        }
    }

    func tell(_ notice: EndNotice) {
        write { form in
            switch form {
            case .json: try JSONOutput.line(Timed(notice))
            case .text(let terminal): EndLine(notice).text(at: Date(), on: terminal)
            case .nothing: ""
            }
        }
    }

    func warn(_ service: String?, _ what: String, why: String? = nil, mend: String? = nil) {
        tell(.warning(service: service, what: what, why: why, mend: mend))
    }

    /// Returns when all that was told before has been written.
    func flush() async {
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }

    private func write(_ line: @escaping @Sendable (Form) throws -> String) {
        if case .nothing = form { return }
        guard waiting.wrappingAdd(1, ordering: .relaxed).newValue <= Self.limit else {
            waiting.wrappingSubtract(1, ordering: .relaxed)
            lost.wrappingAdd(1, ordering: .relaxed)
            return
        }
        queue.async {
            defer { self.waiting.wrappingSubtract(1, ordering: .relaxed) }
            if let text = try? line(self.form) { Lines.write(text) }
            let lost = self.lost.exchange(0, ordering: .relaxed)
            if lost > 0 { self.warn(nil, "\(lost) lines are not written", why: "whatever reads them is too slow") }
        }
    }
}

/// An event as one JSON object with the time at which it was told.
private struct Timed<Event: Encodable & Sendable>: Encodable, Sendable {
    private enum CodingKeys: String, CodingKey { case time }

    let time = Date()
    let event: Event

    init(_ event: Event) { self.event = event }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(time.formatted(.iso8601WithMilliseconds), forKey: .time)
        try event.encode(to: encoder)
    }
}

extension FormatStyle where Self == Date.ISO8601FormatStyle {
    fileprivate static var iso8601WithMilliseconds: Self { Self(includingFractionalSeconds: true) }
}
