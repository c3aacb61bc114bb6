import SymbolonProxy

/// Every event of an end, in order, to look at and to wait for.
struct EventLog: EndObserver {
    private let board = Board<[EndEvent]>([])

    func end(_ event: EndEvent) {
        board.update { $0.append(event) }
    }

    var names: [String] { board.value.map(\.name) }
    var refusals: [RefusalFacts] { Self.refusals(board.value) }
    var accepted: [ConnectionFacts] { Self.accepted(board.value) }
    var closed: [ClosedFacts] { Self.closed(board.value) }

    var events: [EndEvent] { board.value }

    @discardableResult
    func wait(until condition: @escaping @Sendable ([EndEvent]) -> Bool) async -> [EndEvent] {
        await board.wait(until: condition)
    }

    func refusals(_ count: Int) async -> [RefusalFacts] {
        Self.refusals(await board.wait { Self.refusals($0).count >= count })
    }

    func accepted(_ count: Int) async -> [ConnectionFacts] {
        Self.accepted(await board.wait { Self.accepted($0).count >= count })
    }

    func closed(_ count: Int) async -> [ClosedFacts] {
        Self.closed(await board.wait { Self.closed($0).count >= count })
    }

    func event(_ name: String, times: Int = 1) async -> EndEvent {
        let events = await board.wait { $0.count { $0.name == name } >= times }
        return events.filter { $0.name == name }[times - 1]
    }

    private static func refusals(_ events: [EndEvent]) -> [RefusalFacts] {
        events.compactMap { if case .refused(let facts) = $0 { facts } else { nil } }
    }

    private static func accepted(_ events: [EndEvent]) -> [ConnectionFacts] {
        events.compactMap { if case .accepted(let facts) = $0 { facts } else { nil } }
    }

    private static func closed(_ events: [EndEvent]) -> [ClosedFacts] {
        events.compactMap { if case .closed(let facts) = $0 { facts } else { nil } }
    }
}
