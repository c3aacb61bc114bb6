import ArgumentParser
import Foundation
import SymbolonAccessPolicy
import SymbolonNames
import SymbolonStorage

/// `symbolon connections …`: what is live at the ends of this home, and how it is ended by hand.
struct ConnectionsVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connections", abstract: "See the live connections of this home's running ends, and end them.",
        discussion: """
            EXAMPLES
              symbolon connections
              symbolon connections --service web --peer 'person/*'
              symbolon connections close protect/web/17 --because "laptop was left on a train"
            """,
        subcommands: [ConnectionsList.self, ConnectionsClose.self], defaultSubcommand: ConnectionsList.self)
}

/// Which connections are meant.
struct ConnectionFilterOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only where the peer proved one of these names: laptop, 'person/*', spiffe://…, dns:….",
            valueName: "pattern"))
    var peer: String?
    @Option(help: ArgumentHelp("Only at the ends of this service.", valueName: "name"))
    var service: String?
    @Option(help: ArgumentHelp("Only those that this rule lets live.", valueName: "name"))
    var rule: String?
    @Option(help: ArgumentHelp("Only of this process, where several serve one home.", valueName: "pid"))
    var process: Int32?

    func filter() throws -> ConnectionFilter {
        if let peer {
            // Of whichever domain: the end that is asked completes it.
            let domain = try TrustDomain("unnamed.invalid")
            _ = try Input.parse(peer, as: "an identity pattern") { text throws(PatternFailure) in
                try IdentityPattern(text, defaultDomain: domain)
            }
        }
        return ConnectionFilter(peer: peer, service: service, rule: rule)
    }
}

struct ConnectionsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List live connections: who is at both ends, why it may, and what will end it.",
        discussion: """
            EXAMPLES
              symbolon connections list
              symbolon connections list --peer 'person/*' --json
              symbolon connections list --rule "laptops and tills"

            Every running protect, reach and run of this home is asked, over a socket that only its owner and root can use. \
            ENDS says what ends a connection if nothing does before: its peer's certificate, or the rule that allows it, \
            which is asked again then.
            """)

    @OptionGroup var meant: ConnectionFilterOptions
    @Option(help: ArgumentHelp("At most so many of each process.", valueName: "number"))
    var most = 10_000
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard most > 0 else { throw ValidationError("--most is 1 or more.") }
    }

    func run() async throws {
        try await Complaint.reported {
            let question = ControlQuestion(ask: .connections, filter: try meant.filter(), most: most)
            let answers = try await ControlClient.ask(question, in: home.folder, process: meant.process)
            if output.json {
                for answer in answers { for line in answer.lines { Lines.write(String(line)) } }
                return
            }
            guard !answers.isEmpty else { return Lines.write("No end of \(home.folder.path) is running.") }
            let rows = try answers.flatMap { try $0.lines.map(Self.cells) }
            guard !rows.isEmpty else { return Lines.write("No connection is live.") }
            let head = ["CONNECTION", "PEER", "AS", "FROM OR AT", "RULE", "AGE", "UP", "DOWN", "ENDS"]
            Table.lines(head, rows, Terminal.output).forEach { Lines.write($0) }
            let found = answers.map(\.end.found).reduce(0, +)
            if found > rows.count { Lines.write("… \(rows.count) of \(found); more with --most") }
        }
    }

    private static func cells(_ line: Substring) throws -> [String] {
        let row = try JSONDecoder().decode(Row.self, from: Data(line.utf8))
        let end = row.endsBy == "rule" ? "rule asked in" : "certificate in"
        return [
            row.connection.printable, row.who.printable, row.own.printable, row.address.printable, row.rule.printable,
            Moment.span(row.seconds), ByteText(row.bytesUp).description, ByteText(row.bytesDown).description,
            "\(end) \(Moment.span(row.secondsLeft))",
        ]
    }

    private struct Row: Decodable {
        let connection: String
        let peer: String
        let own: String
        let address: String
        let rule: String
        let seconds: Double
        let bytesUp: UInt64
        let bytesDown: UInt64
        let endsBy: String
        let secondsLeft: Double
        let actingFor: [String]?

        /// The peer, and for whom it acts.
        var who: String { actingFor.map { "\(peer) for \($0.joined(separator: ", "))" } ?? peer }
    }
}
