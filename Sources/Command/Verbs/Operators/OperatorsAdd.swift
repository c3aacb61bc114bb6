import ArgumentParser
import SymbolonAdministration
import SymbolonAuthority

struct OperatorsAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Give an identity a role, in the place of the one it had.",
        discussion: """
            EXAMPLES
              symbolon operator add alice --role viewer              spiffe://DOMAIN/person/alice
              symbolon operator add deploy --role operator --profile client
              symbolon operator add spiffe://example.internal/person/alice --role administrator

            The role waits for whoever proves that identity. A machine gets it by a code: symbolon invite NAME --profile \
            person here, symbolon pair CODE@HOST there.
            """)

    /// What operators are: people, and the programs that they run.
    enum Kind: String, ExpressibleByArgument, CaseIterable { case person, client }

    @Argument(help: ArgumentHelp("A short name, or a whole SPIFFE ID.", valueName: "name"))
    var name: String
    @Option(help: ArgumentHelp("What it may do; the roles are listed by symbolon operator --help.", valueName: "role"))
    var role: Role
    @Option(help: "What the short name stands for: a person (the default) or a client.")
    var profile: Kind = .person
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let report = try await administration.perform(
                PutOperator(identity: try await identity(administration), role: role))
            if output.json {
                Lines.write(try JSONOutput.line(OperatorRow(report.operator, changed: report.changed)))
                return
            }
            let found = "\(report.operator.identity.printable) has the role \(report.operator.role.rawValue)"
            Lines.write(Terminal.output.styled(report.changed ? "\(found)." : "\(found), as before.", .bold))
            Lines.write(
                "  It holds for whoever proves that identity: symbolon identity list shows whether one is live.")
        }
    }

    private func identity(_ administration: any Administration) async throws -> String {
        guard !name.contains("://") else { return name }
        let domain = try await administration.perform(ShowAuthority()).trustDomain
        return "spiffe://\(domain)/\(profile == .person ? "person/" : "")\(name)"
    }
}
