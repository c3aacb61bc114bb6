import ArgumentParser
import SymbolonAdministration

struct GroupRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take identities out of a group; what they had open by it is closed.",
        discussion: """
            EXAMPLES
              symbolon group remove night-shift person/bob
              symbolon group remove tills --from sold.txt             one a line

            Ends close, within a second, exactly those live connections that no rule allows any more. The group stays, also \
            without a member.
            """)

    @OptionGroup var members: MemberOptions
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard !members.identities.isEmpty || members.from != nil else {
            throw ValidationError("Name who leaves the group, or a file of them with --from.")
        }
    }

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let all = try await members.members(administration)
            let outcome = try await GroupOutcome(
                MemberOptions.steps(all).map { ChangeGroup(group: members.group, remove: $0) }, by: administration)
            try outcome.write(asked: all, wish: "was no member", json: output.json)
            try await confirmation.confirm(outcome.changeCounter, by: administration, json: output.json)
        }
    }
}
