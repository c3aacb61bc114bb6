import SymbolonNames
import SymbolonProxy
import SymbolonStorage

/// Goes on in the place of running processes of a home: their listening sockets first; and when this process accepts at them,
/// they retire.
struct TakeOver {
    private let home: HomeFolder
    let sockets: [NamedEnd: [OpenListener]]
    /// Of those that have handed theirs over.
    let processes: [Int32]

    /// Asks every process of the home that serves ends of these. One that serves others as well is not taken over.
    static func begin(_ configuration: RunConfiguration, in home: HomeFolder, at place: EndPlace) async throws
        -> TakeOver
    {
        var sockets: [NamedEnd: [OpenListener]] = [:]
        var processes: [Int32] = []
        let rendezvous = try await Rendezvous(at: place.handOver)
        let question = ControlQuestion(
            ask: .handOver, ends: configuration.names, place: place.handOver.number)
        for answer in try await ControlClient.ask(question, in: home) where answer.end.found > 0 {
            let taken = try rendezvous.receive()
            guard taken.count == answer.end.found else {
                throw Complaint(
                    what: "process \(answer.end.process) has not handed all its sockets over",
                    why: "\(taken.count) of \(answer.end.found) came", mend: "try again; nothing has changed there")
            }
            for (end, socket) in taken { sockets[end, default: []].append(socket) }
            processes.append(answer.end.process)
        }
        for service in configuration.protected {
            try refuseMove(service.listen, NamedEnd(role: .protect, service: service.name), sockets)
        }
        for door in configuration.doors {
            try refuseMove([door.listen], NamedEnd(role: .reach, service: door.name), sockets)
        }
        return TakeOver(home: home, sockets: sockets, processes: processes)
    }

    /// A socket that is taken over stays where it is.
    private static func refuseMove(
        _ wanted: [HostAndPort], _ end: NamedEnd, _ sockets: [NamedEnd: [OpenListener]]
    ) throws {
        guard let taken = sockets[end] else { return }
        let there = taken.compactMap { $0.address.flatMap { HostAndPort($0) } }
        // Names and ports that the system chooses may mean what is there.
        let moved = wanted.filter { place in
            guard place.port != 0, let address = try? IPAddress(place.host) else { return false }
            return !there.contains { $0.port == place.port && (try? IPAddress($0.host)) == address }
        }
        guard moved.isEmpty else {
            throw Complaint(
                what: "\(end) is to listen at another address than the process that it takes over from",
                why: "it listens at \(there.map(\.description).joined(separator: ", ")), and is to listen at "
                    + moved.map(\.description).joined(separator: ", "),
                mend: "leave the address as it is, or end that process and start without --take-over",
                exit: .configuration)
        }
    }

    /// This process accepts now: the others take nothing new. Returns when they have let go of all that only one can hold.
    func complete() async throws {
        for process in processes {
            _ = try await ControlClient.ask(ControlQuestion(ask: .retire), in: home, process: process)
        }
    }
}
