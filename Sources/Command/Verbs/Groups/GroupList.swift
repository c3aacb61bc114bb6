import ArgumentParser
import SymbolonAdministration

struct GroupList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the groups.",
        discussion: """
            EXAMPLES
              symbolon group list
              symbolon group list --json
            """)

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let groups = try await authority.open(.reading).perform(ListGroups()).groups
            if output.json {
                for group in groups { Lines.write(try JSONOutput.line(group)) }
                return
            }
            guard !groups.isEmpty else { return Lines.write("There is no group.") }
            let rows = groups.map { [$0.name.printable, "\($0.members)", $0.isNamed ? "yes" : "no"] }
            Table.lines(["GROUP", "MEMBERS", "NAMED BY THE POLICY"], rows, Terminal.output).forEach { Lines.write($0) }
        }
    }
}
