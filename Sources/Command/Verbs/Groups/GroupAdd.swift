import ArgumentParser
import SymbolonAdministration

struct GroupAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put identities into a group, which begins with this where there is none.",
        discussion: """
            EXAMPLES
              symbolon group add night-shift person/alice person/bob
              symbolon group add tills --from tills.txt               one a line
              symbolon group add quarantined                          with no member yet
            """)

    @OptionGroup var members: MemberOptions
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let all = try await members.members(administration)
            let outcome = try await GroupOutcome(
                MemberOptions.steps(all).map { ChangeGroup(group: members.group, add: $0) }, by: administration)
            try outcome.write(asked: all, wish: "is a member already", json: output.json)
            try await confirmation.confirm(outcome.changeCounter, by: administration, json: output.json)
        }
    }
}
