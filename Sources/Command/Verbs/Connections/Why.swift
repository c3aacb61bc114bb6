import ArgumentParser
import Foundation
import SymbolonStorage

/// `symbolon why …`: what each end checked of a connection, which check failed, and the mend.
struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say why a connection was let in, refused or ended, from the records of both of its ends.",
        discussion: """
            EXAMPLES
              symbolon why protect/web/17
              symbolon why 198.51.100.7:40112                     by the address that it came from
              symbolon why protect/web/17 --also-home /var/lib/other
              symbolon why protect/web/17 --log web.jsonl --log laptop.jsonl

            A connection is named as symbolon connections and the lines of an end name it: the end's role, its service and the \
            number there; or by the address and port of either side. The running ends of this home remember their last few \
            hundred; older ones, and the other end's on another machine, are in the lines that the ends wrote (--log).
            """)

    @Argument(help: ArgumentHelp("Which.", valueName: "connection"))
    var connection: String
    @Option(
        name: .customLong("log"), help: ArgumentHelp("Lines that an end wrote; may be repeated.", valueName: "file"))
    var logs: [String] = []
    @Option(
        name: .customLong("also-home"),
        help: ArgumentHelp("Ask the running ends of this home too; may be repeated.", valueName: "dir"))
    var homes: [String] = []
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let records = try await records()
            let named = records.filter { $0.isNamed(connection) }
            guard let first = named.first else {
                throw Complaint(
                    what: "nothing is known of \(connection.printable)",
                    why: "\(records.count) record\(records.count == 1 ? "" : "s") of connections were looked through",
                    mend: "name the file that its end writes to with --log, or the end's home with --home",
                    exit: .undecided)
            }
            // The other end's record has the same two addresses, unless something between the two changes them.
            let related = records.filter { record in
                named.contains { $0 == record } || named.contains { $0.isOfSameFlow(as: record) }
            }
            // What is told at the end says all that was told at the beginning.
            let all = related.filter { one in !related.contains { $0.completes(one) } }
            if output.json { return all.forEach { Lines.write($0.line) } }
            for record in all { record.story(on: Terminal.output).forEach { Lines.write($0) } }
            guard !all.contains(where: { $0.role != first.role }) else { return }
            Lines.write(
                "The other end's record is not here. It is that of \(first.flow): add its --log, or its --also-home.")
        }
    }

    private func records() async throws -> [ConnectionRecord] {
        var lines: [Substring] = []
        for home in [home.folder] + homes.map({ HomeFolder($0) }) {
            for answer in try await ControlClient.ask(ControlQuestion(ask: .recent), in: home) { lines += answer.lines }
        }
        for path in logs {
            do {
                lines += try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8).split(separator: "\n")
            } catch {
                throw Complaint(
                    what: "the lines in \(path.printable) cannot be read", why: error.localizedDescription,
                    exit: .undecided)
            }
        }
        var seen: Set<Substring> = []
        return lines.filter { seen.insert($0).inserted }.compactMap(ConnectionRecord.init)
    }
}
