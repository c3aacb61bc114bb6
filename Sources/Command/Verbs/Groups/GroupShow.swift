import ArgumentParser
import SymbolonAdministration

struct GroupShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "List who is in a group.",
        discussion: """
            EXAMPLES
              symbolon group show night-shift
              symbolon group show night-shift --json
            """)

    @Argument(help: ArgumentHelp("The group.", valueName: "group"))
    var group: String
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let found = try await authority.open(.reading).perform(ShowGroup(group: group))
            if output.json {
                for member in found.members { Lines.write(try JSONOutput.line(member)) }
                return
            }
            guard !found.members.isEmpty else { return Lines.write("Nobody is in \(found.name.printable).") }
            let rows = found.members.map { [$0.identity.printable, Moment.text($0.since), $0.addedBy.printable] }
            Table.lines(["IDENTITY", "SINCE", "ADDED BY"], rows, Terminal.output).forEach { Lines.write($0) }
        }
    }
}
