import ArgumentParser
import SymbolonAdministration

struct OperatorsRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take an operator's role; its certificates stay what they are.",
        discussion: """
            EXAMPLES
              symbolon operator remove alice
              symbolon operator remove spiffe://example.internal/person/alice

            The next call of that operator is refused. To end its connections too, revoke its certificates: symbolon \
            identity revoke alice. The last administrator stays.
            """)

    @Argument(help: ArgumentHelp("A short name, or a whole SPIFFE ID.", valueName: "name"))
    var name: String
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let identity = try await identity(administration)
            _ = try await administration.perform(RemoveOperator(identity: identity))
            if output.json {
                Lines.write(try JSONOutput.line(Removed(identity: identity)))
            } else {
                Lines.write("removed   \(identity.printable)")
            }
        }
    }

    private struct Removed: Encodable { let identity: String }

    /// The operator that a short name stands for: a role must never be taken from another one than was meant.
    private func identity(_ administration: any Administration) async throws -> String {
        guard !name.contains("://") else { return name }
        let domain = try await administration.perform(ShowAuthority()).trustDomain
        let meant = ["person/\(name)", name].map { "spiffe://\(domain)/\($0)" }
        let found = try await administration.perform(ListOperators()).operators.map(\.identity)
            .filter(meant.contains)
        guard let identity = found.first else {
            throw Complaint(
                what: "\"\(name.printable)\" is no operator", mend: "see who is: symbolon operator list",
                exit: .undecided)
        }
        guard found.count == 1 else {
            throw Complaint(
                what: "\"\(name.printable)\" could be either of two operators",
                why: found.map(\.printable).joined(separator: " and "), mend: "give the whole identity",
                exit: .undecided)
        }
        return identity
    }
}
