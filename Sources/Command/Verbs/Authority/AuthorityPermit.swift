import ArgumentParser
import SymbolonAdministration

struct AuthorityPermit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "permit", abstract: "Add to what an authority may certify, for good.",
        discussion: """
            EXAMPLES
              symbolon authority permit --dns apps.example --ip 10.0.0.0/8
              symbolon authority permit --mail example.com --authority ca.example.internal:8443 --as alice

            It takes the role administrator, or the authority's own home. What is permitted is not taken back; a server that \
            runs takes it up by itself.
            """)

    @Option(help: ArgumentHelp("DNS names at and below this; may be repeated.", valueName: "suffix"))
    var dns: [String] = []
    @Option(help: ArgumentHelp("Addresses in this network; may be repeated.", valueName: "cidr"))
    var ip: [String] = []
    @Option(help: ArgumentHelp("Mailboxes of this domain; may be repeated.", valueName: "domain"))
    var mail: [String] = []
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard !dns.isEmpty || !ip.isEmpty || !mail.isEmpty else {
            throw ValidationError("Say what shall be permitted: --dns, --ip or --mail.")
        }
    }

    func run() async throws {
        try await Complaint.reported {
            let report = try await authority.open(.keys).perform(PermitNames(dns: dns, networks: ip, mail: mail))
            if output.json {
                Lines.write(try JSONOutput.line(report))
            } else if report.added.isEmpty {
                Lines.write("All of that was permitted before.")
            } else {
                for name in report.added { Lines.write("permitted   \(name.printable)") }
            }
        }
    }
}
