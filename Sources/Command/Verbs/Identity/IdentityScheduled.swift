import ArgumentParser
import Foundation
import SymbolonAdministration

struct IdentityScheduled: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scheduled",
        abstract: "List the revocations that wait for their time, or call one off.",
        discussion: """
            EXAMPLES
              symbolon identity revoke contractor --at 2026-06-30T18:00:00Z
              symbolon identity scheduled
              symbolon identity scheduled --all                       also those that were made or called off
              symbolon identity scheduled --cancel 3                  before its time

            A revocation is made at its time by whichever server of the authority runs then (symbolon up); while none runs, \
            as soon as one does.
            """)

    @Flag(help: "Also those that were made, or called off.")
    var all = false
    @Option(help: ArgumentHelp("Call off the one with this number.", valueName: "number"))
    var cancel: Int64?
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard cancel == nil || !all else { throw ValidationError("--cancel is for one, and --all lists.") }
    }

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            if let cancel {
                _ = try await administration.perform(CancelScheduledRevocation(id: "\(cancel)"))
                if output.json {
                    Lines.write(try JSONOutput.line(Cancelled(number: cancel)))
                } else {
                    Lines.write("called off   \(cancel)")
                }
                return
            }
            let found = try await administration.perform(ListScheduledRevocations(all: all ? true : nil)).revocations
            if output.json {
                for one in found { Lines.write(try JSONOutput.line(one)) }
                return
            }
            guard !found.isEmpty else { return Lines.write("No revocation waits for its time.") }
            let head = ["NUMBER", "AT", "STATE", "REASON", "WHAT", "BY"]
            let rows = found.map { one in
                [
                    "\(one.number)", Moment.text(one.at), one.state, one.reason.printable, one.subjects,
                    one.madeBy.printable,
                ]
            }
            Table.lines(head, rows, Terminal.output).forEach { Lines.write($0) }
        }
    }

    private struct Cancelled: Encodable {
        let number: Int64
        let state = "cancelled"
    }
}

extension ScheduledReport {
    /// The first of what it is for, and how many more.
    var subjects: String {
        let all = identities + serials
        let first = all.first?.printable ?? ""
        return all.count > 1 ? "\(first) and \(all.count - 1) more" : first
    }
}
