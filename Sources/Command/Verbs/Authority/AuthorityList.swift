import ArgumentParser
import Foundation
import SymbolonAdministration

struct AuthorityList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List every root and issuing authority, and how each stands.",
        discussion: """
            EXAMPLES
              symbolon authority list
              symbolon authority list --json

            One of each is active: it issues. What is prepared is believed and issues nothing yet; what is superseded is \
            believed and issues nothing more; what is retired is believed no more. IN USE counts certificates that are live \
            and were not replaced.
            """)

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let issuers = try await authority.open(.reading).perform(ListIssuers()).issuers
            if output.json {
                for one in issuers { Lines.write(try JSONOutput.line(one)) }
            } else {
                IssuerLines.table(issuers, Terminal.output).forEach { Lines.write($0) }
            }
        }
    }
}

/// Issuers as the verbs print them.
enum IssuerLines {
    static func table(_ issuers: [IssuerReport], _ terminal: Terminal) -> [String] {
        let head = ["NAME", "ROLE", "STATE", "SINCE", "BELOW", "IN USE", "UNTIL"]
        let rows = issuers.map { one in
            [
                one.name, one.role, one.state + (one.reason.map { " (\($0))" } ?? ""), Moment.text(one.since),
                one.role == "root" ? "-" : one.root, one.remaining.map(String.init) ?? "-",
                Moment.text(one.replacedBy.map { min($0, one.certificate.notAfter) } ?? one.certificate.notAfter),
            ]
        }
        return Table.lines(head, rows, terminal)
    }

    static func line(_ verb: String, _ one: IssuerReport) -> String {
        "\(verb)   \(one.role == "root" ? "root" : "issuing authority") \(one.name)"
    }
}
