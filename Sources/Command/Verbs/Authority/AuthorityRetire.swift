import ArgumentParser
import SymbolonAdministration

struct AuthorityRetire: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire", abstract: "Have nobody believe this issuing authority, or this root, any more.",
        discussion: """
            EXAMPLES
              symbolon authority retire 3f9c
              symbolon authority retire 3f9c --even-so

            It is refused while certificates below it are live and not replaced, and while ends that live have not confirmed \
            what took its place. An issuing authority goes onto its root's list; a root is forgotten, with all below it.
            """)

    @Argument(help: "Its name, or a beginning of it: symbolon authority list.")
    var name: String
    @Flag(
        name: .customLong("even-so"),
        help: "Also while certificates below it are in use, or ends have not confirmed; the record says which.")
    var evenSo = false
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let report = try await authority.open(.keys).perform(
                RetireIssuer(issuer: name, evenSo: evenSo ? true : nil))
            Lines.write(output.json ? try JSONOutput.line(report) : IssuerLines.line("retired", report))
        }
    }
}
