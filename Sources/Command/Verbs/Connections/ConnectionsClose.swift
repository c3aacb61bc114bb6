import ArgumentParser
import Foundation
import SymbolonStorage

struct ConnectionsClose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "End live connections; their peers may come again at once.",
        discussion: """
            EXAMPLES
              symbolon connections close protect/web/17
              symbolon connections close --peer laptop --because "left on a train"
              symbolon connections close --service web

            Both sides of a connection see a break, so that nobody takes what came for the whole. The end's log says who \
            closed what, and why. Nothing else changes: to keep a peer out, revoke its identity or change the rules.
            """)

    @Argument(help: ArgumentHelp("Connections, as the list shows them.", valueName: "connection"))
    var connections: [String] = []
    @OptionGroup var meant: ConnectionFilterOptions
    @Option(help: ArgumentHelp("Why, for the log.", valueName: "text"))
    var because: String?
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let isFiltered = [meant.peer, meant.service, meant.rule].contains { $0 != nil }
        guard isFiltered != !connections.isEmpty else {
            throw ValidationError("Name connections, or say which are meant by --peer, --service or --rule.")
        }
        guard connections.count <= 100 else { throw ValidationError("At most 100 connections at a time.") }
        guard (because?.utf8.count ?? 0) <= 1_000 else { throw ValidationError("--because is 1000 octets at most.") }
    }

    func run() async throws {
        try await Complaint.reported {
            var filter = try meant.filter()
            filter.ids = connections.isEmpty ? nil : connections
            if filter.ids != nil, meant.process == nil { try await refuseAmbiguous(filter) }
            let answers = try await ControlClient.ask(
                ControlQuestion(ask: .close, filter: filter, because: because), in: home.folder, process: meant.process)
            guard !answers.isEmpty else {
                throw Complaint(
                    what: "nothing was closed", why: "no end of \(home.folder.path) is running",
                    mend: "name the home of the end with --home", exit: .undecided)
            }
            let closed = answers.compactMap(\.end.closed).reduce(0, +)
            guard closed > 0 else {
                throw Complaint(
                    what: "nothing was closed", why: "no live connection is meant",
                    mend: "see which there are: symbolon connections", exit: .undecided)
            }
            if output.json {
                for answer in answers { Lines.write(try JSONOutput.line(answer.end)) }
            } else {
                Lines.write("Closed \(closed) connection\(closed == 1 ? "" : "s").")
            }
        }
    }

    /// Numbers are of one process: another one of the same service counts for itself.
    private func refuseAmbiguous(_ filter: ConnectionFilter) async throws {
        for id in connections {
            let answers = try await ControlClient.ask(
                ControlQuestion(ask: .connections, filter: ConnectionFilter(ids: [id]), most: 1), in: home.folder)
            let processes = answers.filter { $0.end.found > 0 }.map { "\($0.end.process)" }
            guard processes.count <= 1 else {
                throw Complaint(
                    what: "nothing was closed",
                    why: "\(id.printable) is live in processes \(processes.joined(separator: ", "))",
                    mend: "say in which: --process \(processes[0])", exit: .undecided)
            }
        }
    }
}
