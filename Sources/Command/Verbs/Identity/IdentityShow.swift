import ArgumentParser
import SymbolonAdministration

struct IdentityShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show an identity's certificates, or one certificate by its serial number.",
        discussion: """
            EXAMPLES
              symbolon identity show web
              symbolon identity show spiffe://example.internal/person/alice
              symbolon identity show 3f9c…                           a serial number, whole
            """)

    @Argument(help: ArgumentHelp("A short name, an identity, or a serial number.", valueName: "name"))
    var name: String
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let found: [CertificateReport]
            if let own = try authority.obtained(name) {
                found = [own]
            } else {
                found = try await authority.open(.reading).certificates(of: name)
            }
            let reports = found.map { IdentityReport($0) }
            for (index, report) in reports.enumerated() {
                if output.json {
                    Lines.write(try JSONOutput.line(report))
                } else {
                    if index > 0 { Lines.write("") }
                    Lines.write(Terminal.output.styled("\(report.identity)  \(report.state)", .bold))
                    report.rows(Terminal.output).forEach { Lines.write($0) }
                }
            }
        }
    }
}
