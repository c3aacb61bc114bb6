import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonAuthority

/// `symbolon ends …`: who listens to the authority.
struct EndsVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ends", abstract: "See which ends listen to the authority, and what each has put in force.",
        discussion: """
            EXAMPLES
              symbolon ends list
              symbolon ends list --json
            """,
        subcommands: [EndsList.self])
}

struct EndsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the ends that listen, what each has confirmed, and who is silent.",
        discussion: """
            EXAMPLES
              symbolon ends list
              symbolon ends list --json
              symbolon ends list --authority ca.example:8443 --as auditor

            Every process with protected services or doors is one end. What it has confirmed is in force: its event loops \
            judge by it, and connections that rested on what was revoked are closed. One that is behind has not said so yet; \
            one that is silent has broken its promise to speak, and was stopped hard, is cut off, or is gone.
            """)

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let list = try await authority.open(.reading).perform(ListEnds())
            if output.json {
                for end in list.ends { Lines.write(try JSONOutput.line(Row(end, list.changeCounter))) }
                return
            }
            guard !list.ends.isEmpty else { return Lines.write("No end listens.") }
            let head = ["END", "IDENTITY", "STATE", "CONFIRMED", "HEARD", "CONNECTIONS"]
            let now = Date()
            let rows = list.ends.map { end in
                [
                    end.name.printable, end.identity.printable, Row(end, list.changeCounter).state,
                    "\(end.confirmed) of \(list.changeCounter)",
                    "\(Moment.span(now.timeIntervalSince(end.heardAt))) ago", "\(end.connections)",
                ]
            }
            Table.lines(head, rows, Terminal.output).forEach { Lines.write($0) }
            if list.ends.count == EndList.most { Lines.write("… the first \(EndList.most); \(list.live) are live") }
        }
    }

    private struct Row: Encodable {
        let name: String
        let identity: String
        let kind: String
        /// `current`, `behind` or `silent`.
        let state: String
        let confirmed: UInt64
        let changeCounter: UInt64
        let confirmedAt: Date
        let heardAt: Date
        let connections: Int

        init(_ end: ListedEnd, _ changeCounter: UInt64) {
            name = end.name
            identity = end.identity
            kind = end.kind.rawValue
            state = !end.isLive ? "silent" : end.confirmed < changeCounter ? "behind" : "current"
            confirmed = end.confirmed
            self.changeCounter = changeCounter
            confirmedAt = end.confirmedAt
            heardAt = end.heardAt
            connections = end.connections
        }
    }
}
