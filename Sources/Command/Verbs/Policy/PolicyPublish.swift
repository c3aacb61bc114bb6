import ArgumentParser
import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonNames

/// `symbolon policy publish`: rules for all ends that follow the authority.
struct PolicyPublish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Make a file the next version of the authority's policy, which ends put in force at once.",
        discussion: """
            EXAMPLES
              symbolon policy publish policy.yaml --note 'the tills may read the ledger'
              symbolon policy publish policy.yaml --dry-run           what it says otherwise than the version in force
              symbolon policy publish --again 3                       an earlier text, as a new version
              symbolon policy publish policy.yaml --authority ca.example:8443 --as alice

            Ends that were started with --policy authority judge by it within a second, also what is connected by then. A file \
            that is no policy publishes nothing. The authority signs each version with the key that it issues with; numbers \
            go up by one, and ends take none that is older than what they know. At the end it is said how many ends have \
            confirmed, in what time, and who has not (exit code 4: it is published, and somebody must look after an end).
            """)

    @Argument(help: ArgumentHelp("The policy (YAML).", valueName: "file"))
    var file: String?
    @Option(help: ArgumentHelp("Publish the text of this earlier version again.", valueName: "number"))
    var again: Int64?
    @Option(help: ArgumentHelp("Why, for those who read the list of versions.", valueName: "text"))
    var note: String?
    @Flag(name: .customLong("dry-run"), help: "Publish nothing; say what would be.")
    var dryRun = false
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard (file == nil) != (again == nil) else {
            throw ValidationError("Name a file, or an earlier version with --again; one of them.")
        }
    }

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let text = try await text(administration)
            let publication = try await administration.perform(
                PublishPolicy(text: text, again: again, note: note, dryRun: dryRun ? true : nil))
            if output.json {
                Lines.write(try JSONOutput.line(publication))
            } else {
                tell(publication)
            }
            try await confirmation.confirm(publication.changeCounter, by: administration, json: output.json)
        }
    }

    /// Read here first, for faults are told with the file's own name and places.
    private func text(_ administration: any Administration) async throws -> String? {
        guard let file else { return nil }
        do {
            let text = try PolicyText.text(at: file)
            let domain = try await administration.perform(ShowAuthority()).trustDomain
            _ = try PolicyText.document(text, from: file, domain: try TrustDomain(domain), groups: [:])
            return text
        } catch let faults as ConfigurationFaults {
            throw Complaint(faults, so: ", so nothing was published")
        }
    }

    private func tell(_ publication: PolicyPublication) {
        let terminal = Terminal.output
        for finding in publication.findings {
            let place = (file ?? "policy") + (finding.line.map { ":\($0)" } ?? "")
            Lines.write(terminal.styled("!", .yellow) + " \(place): \(finding.what.printable)")
            Lines.write("    do: \(finding.mend.printable)")
        }
        let version = publication.version
        let difference = publication.difference
        let facts = "\(version.rules) rule\(version.rules == 1 ? "" : "s"), sha256:\(version.digest.prefix(16))"
        guard publication.isPublished || dryRun else {
            return Lines.write("version \(version.number) has this text already; nothing was published")
        }
        for name in difference.added { Lines.write(terminal.styled("+", .green) + " \(name.printable)") }
        for name in difference.changed { Lines.write(terminal.styled("~", .yellow) + " \(name.printable)") }
        for name in difference.removed { Lines.write(terminal.styled("-", .red) + " \(name.printable)") }
        if difference.isEmpty { Lines.write("no rule says otherwise than before") }
        if publication.isPublished {
            Lines.write("published   version \(version.number)  (\(facts))")
        } else {
            Lines.write("would be published   version \(version.number)  (\(facts))")
        }
    }
}

extension PolicyPublication.Difference {
    fileprivate var isEmpty: Bool { added.isEmpty && removed.isEmpty && changed.isEmpty }
}
