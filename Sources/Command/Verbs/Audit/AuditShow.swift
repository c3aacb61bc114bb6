import ArgumentParser
import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonStorage

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
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard (1...10_000).contains(last) else { throw ValidationError("--last is from 1 to 10000.") }
    }

    func run() async throws {
        try await Complaint.reported {
            let reading = try await ReadAuthority.open(home.folder)
            let end = try await reading.store.auditEnd()?.last.sequence ?? 0
            let entries = try await reading.store.auditEntries(from: max(1, end - Int64(last) + 1), limit: last)
            for stored in entries {
                let entry: AuditEntry
                do {
                    entry = try AuditEntry(stored)
                } catch {
                    throw Complaint(
                        what: "entry \(stored.sequence) cannot be read", why: ExplainedError.text(error),
                        mend: "see whether the record was changed: symbolon audit verify", exit: .undecided)
                }
                Lines.write(output.json ? try JSONOutput.line(Row(entry)) : Self.line(entry))
            }
        }
    }

    private static func line(_ entry: AuditEntry) -> String {
        let event = entry.event
        let details = event.details.sorted { $0.key < $1.key }
            .map { "\($0.key.printable)=\($0.value.printable)" }.joined(separator: " ")
        return [
            String(entry.sequence).padded(to: 6), Moment.text(event.at), event.kind.rawValue.padded(to: 21),
            event.subject.printable, "by \(event.actor.printable)", Terminal.output.styled(details, .dim),
        ].joined(separator: "  ")
    }

    private struct Row: Encodable {
        let sequence: Int64
        let at: Date
        let kind: String
        let subject: String
        let actor: String
        let details: [String: String]

        init(_ entry: AuditEntry) {
            sequence = entry.sequence
            at = entry.event.at
            kind = entry.event.kind.rawValue
            subject = entry.event.subject
            actor = entry.event.actor
            details = entry.event.details
        }
    }
}
