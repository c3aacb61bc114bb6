import ArgumentParser
import SymbolonAdministration

/// `symbolon policy posture permit`: who may report to the authority, beside operators.
struct PosturePermit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "permit",
        abstract: "Let an identity report these signals of these subjects to the authority, and nothing else.",
        discussion: """
            EXAMPLES
              symbolon policy posture permit scanner --signal healthy --signal patched --about 'device/**'
              symbolon policy posture permit laptop --signal disk-encrypted --about laptop

            Whoever proves that identity may report them, with a certificate of any profile; it sees nothing and may do \
            nothing else. The same again replaces what it might. Administrators permit; the record has it.
            """)

    @Argument(help: ArgumentHelp("A short name, or a whole SPIFFE ID.", valueName: "reporter"))
    var reporter: String
    @Option(help: ArgumentHelp("Which signal; may be repeated.", valueName: "signal"))
    var signal: [String]
    @Option(
        help: ArgumentHelp(
            "Of whom: an identity, or a pattern as rules have it; may be repeated.", valueName: "identity")
    )
    var about: [String]
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let permitted = try await administration.perform(
                PermitReporter(
                    identity: try await ShortName.whole(reporter, administration), signals: signal, subjects: about))
            if output.json { return Lines.write(try JSONOutput.line(permitted)) }
            Lines.write(
                "\(permitted.identity.printable) may report \(permitted.signals.joined(separator: ", ")) of "
                    + permitted.subjects.map(\.printable).joined(separator: ", "))
        }
    }
}

struct PostureForbid: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forbid", abstract: "Take the permission to report; what was reported holds until it lapses.",
        discussion: """
            EXAMPLES
              symbolon policy posture forbid scanner
            """)

    @Argument(help: ArgumentHelp("A short name, or a whole SPIFFE ID.", valueName: "reporter"))
    var reporter: String
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let identity = try await ShortName.whole(reporter, administration)
            _ = try await administration.perform(RemoveReporter(identity: identity))
            guard output.json else { return Lines.write("removed   \(identity.printable)") }
            Lines.write(try JSONOutput.line(Removed(identity: identity)))
        }
    }

    private struct Removed: Encodable { let identity: String }
}

struct PostureReporters: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reporters", abstract: "List who may report to the authority, beside operators.",
        discussion: """
            EXAMPLES
              symbolon policy posture reporters
              symbolon policy posture reporters --json
            """)

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let reporters = try await authority.open(.keys).perform(ListReporters()).reporters
            if output.json { return try reporters.forEach { Lines.write(try JSONOutput.line($0)) } }
            guard !reporters.isEmpty else { return Lines.write("Operators report, and nobody else.") }
            let rows = reporters.map { one in
                [
                    one.identity.printable, one.signals.joined(separator: ", "),
                    one.subjects.map(\.printable).joined(separator: ", "), Moment.text(one.since),
                    one.addedBy.printable,
                ]
            }
            Table.lines(["REPORTER", "SIGNALS", "OF", "SINCE", "PERMITTED BY"], rows, Terminal.output)
                .forEach { Lines.write($0) }
        }
    }
}
