import ArgumentParser
import SymbolonAdministration

struct AuthorityShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what an authority is, what it may certify, and how it stands.",
        discussion: """
            EXAMPLES
              symbolon authority show
              symbolon authority show --json
            """)

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let report = try await authority.open(.reading).perform(ShowAuthority())
            if output.json {
                Lines.write(try JSONOutput.line(report))
            } else {
                Self.lines(report, Terminal.output).forEach { Lines.write($0) }
            }
        }
    }

    private static func lines(_ report: AuthorityReport, _ terminal: Terminal) -> [String] {
        func row(_ label: String, _ value: String) -> String {
            "  " + terminal.styled(label.padded(to: 14), .dim) + value.printable
        }
        func certificate(_ label: String, _ found: AuthorityCertificateReport) -> [String] {
            [
                row(label, "\(found.subject), until \(Moment.text(found.notAfter))"),
                row("", "SHA-256 \(found.fingerprint)"),
            ]
        }
        return [terminal.styled("The authority for \(report.trustDomain.printable)", .bold)]
            + certificate("root", report.root) + certificate("issuing", report.issuing)
            + [
                row("may certify", "DNS \(report.permittedDNS.joined(separator: ", "))"),
                row("", "IP \(report.permittedNetworks.joined(separator: ", "))"),
                row("", "mail \(report.permittedMail.joined(separator: ", "))"),
                row("certificates", "\(report.live) live, \(report.revoked) revoked"),
                row("audit record", report.auditEntries == 1 ? "1 entry" : "\(report.auditEntries) entries"),
                row("audit key", "SHA-256 \(report.auditKey)"),
            ]
    }
}
