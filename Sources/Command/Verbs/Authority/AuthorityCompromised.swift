import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonWire

struct AuthorityCompromised: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compromised",
        abstract: "Replace an issuing authority or a root whose key is in strange hands, with all below it.",
        discussion: """
            EXAMPLES
              symbolon authority compromised 3f9c
              symbolon authority compromised 3f9c --within 10m
              symbolon authority compromised 3f9c --by 2026-06-01T12:00:00Z --no-wait

            Another takes its place at once: one that is prepared, or a new one, for which the root's key must be at hand. \
            Everybody who holds a certificate below the old one is told to renew now: servers first, then what lives longest, \
            then the rest. The old one is taken back when all have, or at the deadline. Interrupted, it goes on by itself; the \
            same command shows how far it is.
            """)

    @Argument(help: "Its name, or a beginning of it: symbolon authority list.")
    var name: String
    @Option(help: ArgumentHelp("When it is not believed any more, whoever has not changed over.", valueName: "time"))
    var by: Moment3339?
    @Option(help: ArgumentHelp("The same, from now (default: 1h).", valueName: "life"))
    var within: Life?
    @Flag(name: .customLong("no-wait"), help: "Do not stay until it is over.")
    var noWait = false
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard by == nil || within == nil else { throw ValidationError("Give --by or --within, not both.") }
    }

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let deadline = by?.date ?? within.map { Date() + $0.duration.inSeconds }
            var report = try await begin(administration, deadline)
            try write(report)
            guard !noWait else { return }
            var told = report.remaining
            // It is over when the server, or this call, has taken it back.
            while report.state != "retired" {
                try await Task.sleep(for: .seconds(1))
                report = try await administration.perform(FinishReplacement(issuer: report.name))
                if report.remaining != told || report.state == "retired" {
                    try write(report)
                    told = report.remaining
                }
            }
        }
    }

    /// One that has begun goes on as it was, unless another time is named.
    private func begin(_ administration: any Administration, _ deadline: Date?) async throws -> IssuerReport {
        let standing = try await administration.perform(ShowIssuer(issuer: name))
        guard standing.replacedBy == nil || deadline != nil else { return standing }
        return try await administration.perform(ReplaceIssuer(issuer: name, by: deadline))
    }

    private func write(_ report: IssuerReport) throws {
        guard !output.json else { return Lines.write(try JSONOutput.line(report)) }
        let left = report.remaining.map { $0 == 1 ? "1 certificate" : "\($0) certificates" }
        if report.state == "retired" {
            Lines.write(
                "taken back   \(report.name)" + (left.map { ": \($0) below it had not been replaced" } ?? ""))
            return
        }
        let until = report.replacedBy.map { ", until \(Moment.text($0)) at the latest" } ?? ""
        Lines.write("replacing    \(report.name)" + (left.map { ": \($0) to go" } ?? "") + until)
        if let stragglers = report.stragglers, !stragglers.isEmpty {
            Lines.write("             not yet confirmed by \(stragglers.map(\.printable).joined(separator: ", "))")
        }
    }
}
