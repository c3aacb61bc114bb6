import ArgumentParser
import SymbolonAdministration

struct AuthorityActivate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "From now on issue with this issuing authority, or with the one below this root.",
        discussion: """
            EXAMPLES
              symbolon authority activate 3f9c
              symbolon authority activate 3f9c --even-so

            It is refused while ends that live have not confirmed that they believe it; symbolon ends list shows them. The one \
            before is believed as it was, and can be activated again until it is retired.
            """)

    @Argument(help: "Its name, or a beginning of it: symbolon authority list.")
    var name: String
    @Flag(name: .customLong("even-so"), help: "Also while ends have not confirmed it; the record says which.")
    var evenSo = false
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let report = try await authority.open(.keys).perform(
                ActivateIssuer(issuer: name, evenSo: evenSo ? true : nil))
            Lines.write(output.json ? try JSONOutput.line(report) : IssuerLines.line("active", report))
        }
    }
}
