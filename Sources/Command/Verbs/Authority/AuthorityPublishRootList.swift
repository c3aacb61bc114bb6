import ArgumentParser
import SymbolonAdministration

struct AuthorityPublishRootList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish-root-list", abstract: "Make the revocation list of each root whose key is at hand.",
        discussion: """
            EXAMPLES
              symbolon authority publish-root-list
              symbolon authority publish-root-list --days 400

            A server does so by itself where the root's key lies in its home. Where it lies elsewhere, bring it for as long as \
            this takes; the server warns long before a root's list lapses.
            """)

    @Option(help: ArgumentHelp("For how long it holds: 1 to 400 (default: 180).", valueName: "days"))
    var days: Int?
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let report = try await authority.open(.keys).perform(PublishRootLists(days: days))
            if output.json {
                Lines.write(try JSONOutput.line(report))
            } else {
                for list in report.lists {
                    Lines.write(
                        "published   root \(list.root): number \(list.number), \(list.entries) revoked, holds until "
                            + Moment.text(list.nextUpdate))
                }
            }
            guard report.lists.isEmpty || !report.keysAway.isEmpty else { return }
            throw Complaint(
                what: report.lists.isEmpty ? "no root's list was made" : "not every root's list was made",
                why: "the key of \(report.keysAway.joined(separator: " and ")) is not in the authority's home",
                mend: "bring it into keys/ for as long as this takes", exit: .undecided)
        }
    }
}
