import ArgumentParser
import Foundation
import SymbolonAdministration

struct AuditShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the last entries of the record, oldest first.",
        discussion: """
            EXAMPLES
              symbolon audit show
              symbolon audit show --last 200 --json
            """)

    @Option(help: ArgumentHelp("How many entries (default: 20; 1 to 10000).", valueName: "number"))
    var last = 20
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard (1...10_000).contains(last) else { throw ValidationError("--last is from 1 to 10000.") }
    }

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.reading)
            var question = ListAuditEntries(last: last)
            var left = last
            while left > 0 {
                let page = try await administration.perform(question)
                for entry in page.entries.prefix(left) {
                    Lines.write(output.json ? try JSONOutput.line(Row(entry)) : Self.line(entry))
                }
                left -= page.entries.count
                guard let next = page.next else { break }
                question = ListAuditEntries(from: next)
            }
        }
    }

    private static func line(_ entry: AuditEntryReport) -> String {
        let details = entry.details.sorted { $0.key < $1.key }
            .map { "\($0.key.printable)=\($0.value.printable)" }.joined(separator: " ")
        return [
            String(entry.sequence).padded(to: 6), Moment.text(entry.at), entry.kind.printable.padded(to: 21),
            entry.subject.printable, "by \(entry.actor.printable)", Terminal.output.styled(details, .dim),
        ].joined(separator: "  ")
    }

    private struct Row: Encodable {
        let sequence: Int64
        let at: Date
        let kind: String
        let subject: String
        let actor: String
        let details: [String: String]

        init(_ entry: AuditEntryReport) {
            sequence = entry.sequence
            at = entry.at
            kind = entry.kind
            subject = entry.subject
            actor = entry.actor
            details = entry.details
        }
    }
}
