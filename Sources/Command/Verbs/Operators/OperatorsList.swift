import ArgumentParser
import Foundation
import SymbolonAdministration

struct OperatorsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List who may work with the authority over the network.",
        discussion: """
            EXAMPLES
              symbolon operator list
              symbolon operator list --json
            """)

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let operators = try await authority.open(.keys).perform(ListOperators()).operators
            if output.json {
                for entry in operators { Lines.write(try JSONOutput.line(OperatorRow(entry))) }
                return
            }
            guard !operators.isEmpty else {
                return Lines.write("Nobody is: the authority is worked with in its own home only.")
            }
            let head = ["IDENTITY", "ROLE", "SINCE", "ADDED BY"]
            let rows = operators.map {
                [$0.identity.printable, $0.role.rawValue, Moment.text($0.since), $0.addedBy.printable]
            }
            Table.lines(head, rows, Terminal.output).forEach { Lines.write($0) }
        }
    }
}

/// An operator as the verbs print one.
struct OperatorRow: Encodable {
    let identity: String
    let role: String
    let since: Date
    let addedBy: String
    /// Only where one was added: false when it was so before.
    let changed: Bool?

    init(_ entry: Operator, changed: Bool? = nil) {
        identity = entry.identity
        role = entry.role.rawValue
        since = entry.since
        addedBy = entry.addedBy
        self.changed = changed
    }
}
