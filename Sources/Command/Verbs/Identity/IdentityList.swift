import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonAuthority

struct IdentityList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what was issued, newest first.",
        discussion: """
            EXAMPLES
              symbolon identity list                 what is live now
              symbolon identity list --all           also what has ended, was revoked, or was given up
              symbolon identity list --profile device --json

            In a home without an authority, here or elsewhere: what it obtained from ACME servers.
            """)

    @Flag(help: "Also what has ended, was revoked, or was given up.")
    var all = false
    @Option(help: ArgumentHelp("Only this profile.", valueName: "name"))
    var profile: ProfileName?
    @Option(help: ArgumentHelp("At most so many (default: 1000).", valueName: "number"))
    var limit = 1000
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit is 1 or more.") }
    }

    func run() async throws {
        try await Complaint.reported {
            let question = ListCertificates(profile: profile?.rawValue, all: all)
            let found: [CertificateReport]
            if let own = try authority.obtainedAlone() {
                found = own.filter { (all || $0.state == .issued) && profile == nil }.prefix(limit).map(\.self)
            } else {
                found = try await authority.open(.reading).certificates(question, atMost: limit)
            }
            let reports = found.map { IdentityReport($0) }
            if output.json {
                for report in reports { Lines.write(try JSONOutput.line(report)) }
            } else {
                table(reports).forEach { Lines.write($0) }
            }
        }
    }

    private func table(_ reports: [IdentityReport]) -> [String] {
        guard !reports.isEmpty else {
            return [all ? "Nothing was issued yet." : "Nothing is live. (symbolon identity list --all shows the rest.)"]
        }
        let now = Date()
        let head = ["IDENTITY", "PROFILE", "STATE", "LEFT", "SERIAL"]
        let rows = reports.map { [$0.identity, $0.profile, $0.state, $0.remaining(at: now), $0.serial] }
        return Table.lines(head, rows, Terminal.output)
    }
}
