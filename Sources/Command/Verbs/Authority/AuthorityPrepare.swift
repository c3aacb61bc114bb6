import ArgumentParser
import SymbolonAdministration
import SymbolonAuthority

struct AuthorityPrepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prepare",
        abstract: "Make the next issuing authority, or the next root, and have everybody believe it.",
        discussion: """
            EXAMPLES
              symbolon authority prepare
              symbolon authority prepare --root

            The root's key must be at hand. Nothing is issued with the new one until: symbolon authority activate NAME. With a \
            new root an issuing authority below it is made, which the root before it certifies as well, for peers that know \
            only that one.
            """)

    @Flag(help: "A new root, with an issuing authority below it.")
    var root = false
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let role = root ? Issuer.Role.root : .issuing
            let made = try await authority.open(.keys).perform(PrepareIssuer(role: role.rawValue)).issuers
            for one in made {
                Lines.write(output.json ? try JSONOutput.line(one) : IssuerLines.line("prepared", one))
            }
            if !output.json, let last = made.last {
                Lines.write("next       when all ends have it: symbolon authority activate \(last.name)")
            }
        }
    }
}
