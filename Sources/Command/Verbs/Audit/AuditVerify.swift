import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonAudit

struct AuditVerify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read the whole record: has any entry been edited, removed, reordered or repeated?",
        discussion: """
            EXAMPLES
              symbolon audit verify                      exit 0 intact, 1 broken, 2 could not tell
              symbolon audit verify --expect 41:9c0d…    also: does the record still contain this head, noted earlier?

            Each entry carries the hash of the one before it; the last hash is signed. The record must also contain the \
            head that is noted in the home (keys/audit.head): so a store that was put back to an earlier day shows. Note \
            the head that is printed somewhere else too: it shows even that the whole home was put back.
            """)

    @Option(
        help: ArgumentHelp(
            "A head that was noted elsewhere, as this verb printed it (default: the one noted in the home).",
            valueName: "head"))
    var expect: String?
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let result = Result(try await found())
            if output.json {
                Lines.write(try JSONOutput.line(result))
            } else {
                result.lines(Terminal.output).forEach { Lines.write($0) }
            }
            if !result.intact { throw ExitCode(ExitStatus.failure.rawValue) }
        }
    }

    private func found() async throws -> AuditVerificationReport {
        if let expect { _ = try Input.parse(expect, as: "an audit head", AuditHead.init(noted:)) }
        let administration = try await authority.open(.auditKey)
        do throws(AdministrationFailure) {
            return try await administration.perform(VerifyAudit(expect: expect))
        } catch {
            // Unless the record is another authority's, nothing was found out, good or bad.
            var complaint = Complaint(error)
            if error.kind != .conflict { complaint.exit = .undecided }
            throw complaint
        }
    }

    private struct Result: Encodable {
        let intact: Bool
        let entries: Int64?
        let firstBadEntry: Int64?
        let how: String?
        let explanation: String?
        let head: String?
        /// The entries of the head that was noted earlier, which the record has to contain.
        let notedEntries: Int64?
        let auditKey: String
        /// False when the key came from the store itself.
        let keyWasOpened: Bool

        init(_ found: AuditVerificationReport) {
            intact = found.intact
            entries = found.entries
            firstBadEntry = found.firstBadEntry
            how = found.how?.printable
            explanation = found.explanation?.printable
            head = found.head?.printable
            notedEntries = found.notedEntries
            auditKey = found.auditKey.printable
            keyWasOpened = found.keyWasOpened
        }

        func lines(_ terminal: Terminal) -> [String] {
            var lines: [String] = []
            if intact {
                lines.append(
                    terminal.styled(
                        "The record is intact: \(entries ?? 0) entries, none changed since it was written.", .green))
            } else {
                lines.append(terminal.styled("The record is broken at entry \(firstBadEntry ?? 0).", .red, .bold))
                lines.append("  why: \(explanation ?? "")")
                lines.append("  do:  keep the store as it is, and compare it with a backup from that entry on")
            }
            if let head { lines.append("  head       \(head)") }
            if let notedEntries {
                lines.append("  noted      \(notedEntries) \(notedEntries == 1 ? "entry" : "entries")")
            }
            lines.append("  audit key  SHA-256 \(auditKey)")
            if !keyWasOpened {
                lines.append("             (from the store itself: compare it with the one that `symbolon up` printed)")
            }
            return lines
        }
    }
}
