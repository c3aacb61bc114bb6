import ArgumentParser
import Foundation
import SymbolonAdministration

/// `symbolon policy list`: which versions there were.
struct PolicyList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the versions of the authority's policy; the first is in force.",
        discussion: """
            EXAMPLES
              symbolon policy list
              symbolon policy list --json
            """)

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let versions = try await authority.open(.reading).perform(ListPolicyVersions()).versions
            if output.json {
                for version in versions { Lines.write(try JSONOutput.line(version)) }
                return
            }
            guard !versions.isEmpty else {
                return Lines.write("No policy was published yet: ends that follow it let nobody in.")
            }
            let head = ["VERSION", "PUBLISHED", "RULES", "SHA-256", "BY", "NOTE"]
            let rows = versions.map { version in
                [
                    "\(version.number)", Moment.text(version.publishedAt), "\(version.rules)",
                    String(version.digest.prefix(16)), version.publishedBy.printable,
                    [version.again.map { "again \($0)" }, version.note?.printable].compactMap(\.self)
                        .joined(separator: ": "),
                ]
            }
            Table.lines(head, rows, Terminal.output).forEach { Lines.write($0) }
        }
    }
}

/// `symbolon policy show`: the text of a version.
struct PolicyShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print a version of the authority's policy as it was published.",
        discussion: """
            EXAMPLES
              symbolon policy show                                    the version in force
              symbolon policy show 3 > policy.yaml
              symbolon policy show --json                             with who published it, and when
            """)

    @Argument(help: ArgumentHelp("The version (default: the one in force).", valueName: "number"))
    var number: Int64?
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let word = number.map { "\($0)" } ?? "current"
            let found = try await authority.open(.reading).perform(ShowPolicyVersion(version: word))
            if output.json {
                Lines.write(try JSONOutput.line(found))
            } else {
                // Its own last line break is the line's.
                Lines.write(found.text.hasSuffix("\n") ? String(found.text.dropLast()) : found.text)
            }
        }
    }
}
