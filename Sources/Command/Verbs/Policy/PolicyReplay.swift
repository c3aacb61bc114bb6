import ArgumentParser
import Foundation
import SymbolonAccessPolicy
import SymbolonProxy

/// `symbolon policy replay`: what would have been otherwise?
struct PolicyReplay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Decide again, by a policy, what the log says was decided; tell what comes out differently.",
        discussion: """
            EXAMPLES
              symbolon policy replay next-policy.yaml --log /var/log/symbolon/ends.jsonl --since 7d
              zcat ends.jsonl.*.gz | symbolon policy replay next-policy.yaml --log - --service ledger --json
              symbolon policy replay next-policy.yaml                 the last records of the ends that run here

            Each line of a peer that was let in, or was proved and refused by the rules, or was ended by them, is judged again \
            by what the line says of it: all its names, its certificate's kind, age and issuer, its address, the service, the \
            moment, and how long it had lived. What a line does not say is not guessed: how many connections there were \
            (connections-below, rate-below), who was in a group of the authority, and what lines of earlier releases lack \
            cannot be told where a decision rests on it, and is counted. The same kind of difference is told once, with how \
            often it came. Memory does not grow with the log.

            It ends with 0 none differs, 1 some differ, 4 none differs of those that can be told, 2 not all lines could be read, \
            78 faults in the policy.
            """)

    @Argument(help: ArgumentHelp("The policy (YAML).", valueName: "file"))
    var file: String
    @Option(
        name: .customLong("log"),
        help: ArgumentHelp(
            "Lines that an end wrote; may be repeated; - is standard input (default: the running ends of the home are asked for their last ones).",
            valueName: "file"))
    var logs: [String] = []
    @Option(
        help: ArgumentHelp("Only what was decided since: a span before now, or a time.", valueName: "span|time"))
    var since: Since?
    @Option(help: ArgumentHelp("Only decisions at the ends of this service.", valueName: "name"))
    var service: String?
    @Option(
        help: ArgumentHelp("Only decisions of these ends: protect (default) or reach.", valueName: "role"),
        transform: Self.role)
    var role = EndRole.protect
    @Option(help: ArgumentHelp("Who may pass beside the rules, as at the end; may be repeated.", valueName: "pattern"))
    var allow: [String] = []
    @OptionGroup var domain: PolicyDomainOptions
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    private static func role(_ text: String) throws -> EndRole {
        guard let role = EndRole(rawValue: text) else { throw ValidationError("--role is protect or reach.") }
        return role
    }

    func run() async throws {
        try await Complaint.reported {
            var replaying = PolicyReplaying(try compiled(), since: since?.date, service: service, role: role)
            var unread = UnreadLines()
            if logs.isEmpty {
                for answer in try await ControlClient.ask(ControlQuestion(ask: .recent), in: home.folder) {
                    replaying.beginLog()
                    for (index, line) in answer.lines.enumerated() {
                        unread.take(from: "process \(answer.end.process)", index + 1) { () throws(LogLine.Fault) in
                            replaying.add(try LogLine(line.utf8))
                        }
                    }
                }
            }
            for log in logs { try read(log, into: &replaying, &unread) }
            unread.tell()
            if output.json {
                for difference in replaying.ranked { Lines.write(try JSONOutput.line(difference)) }
                Lines.write(try JSONOutput.line(Summary(replaying, unread.count)))
            } else {
                tell(replaying)
            }
            let status: ExitStatus =
                replaying.differing > 0
                ? .failure
                : unread.count > 0 ? .undecided : replaying.cannotTell.isEmpty ? .success : .attention
            if status != .success { throw ExitCode(status.rawValue) }
        }
    }

    private func compiled() throws -> CompiledPolicy {
        do {
            let document = try PolicyText.document(at: file, domain: try domain.trustDomain(), groups: [:])
            return CompiledPolicy(document.policy.allowing(try Admission.clients(allow, in: document.domain)))
        } catch let faults as ConfigurationFaults {
            throw Complaint(faults, so: ", so nothing was replayed")
        }
    }

    private func read(_ path: String, into replaying: inout PolicyReplaying, _ unread: inout UnreadLines) throws {
        let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Complaint(
                what: "the lines in \(path.printable) cannot be read",
                why: LineReader.Unreadable(code: errno).explanation, exit: .undecided)
        }
        defer { if path != "-" { close(descriptor) } }
        replaying.beginLog()
        var reader = LineReader(descriptor: descriptor, limit: LogLine.longest)
        var number = 0
        while let line = try reader.next() {
            number += 1
            unread.take(from: path, number) { () throws(LogLine.Fault) in
                switch line {
                case .text(let text):
                    // Blank lines stand between logs that were joined.
                    if !text.isEmpty { replaying.add(try LogLine(text)) }
                case .tooLong(let limit): throw LogLine.Fault(explanation: "it is longer than \(limit) octets")
                }
            }
        }
    }

    private func tell(_ replaying: PolicyReplaying) {
        let terminal = Terminal.output
        for one in replaying.ranked {
            let mark = one.formerRule == nil ? terminal.styled("+", .green) : terminal.styled("-", .red)
            let verdict = one.formerRule == nil ? "would be allowed" : "would be denied"
            Lines.write("\(mark) \(one.times) × \(one.peer.printable) → \(one.service.printable): \(verdict)")
            Lines.write("    was: \(one.formerBecause.printable)")
            Lines.write("    now: \(one.because.printable)")
            let times =
                one.times == 1 ? Moment.text(one.first) : "\(Moment.text(one.first)) to \(Moment.text(one.last))"
            Lines.write("    at:  \(times), first \(one.example.printable)")
        }
        if replaying.unlisted > 0 { Lines.write("… and \(replaying.unlisted) of further kinds") }
        for (lacking, count) in replaying.cannotTell.sorted(by: { $0.value > $1.value }) {
            Lines.write(
                terminal.styled("?", .yellow) + " \(count) cannot be told: they rest on "
                    + "\(lacking.joined(separator: ", ")), which their lines do not say")
        }
        Lines.write("\(replaying.differing) of \(replaying.judged) decisions would come out differently")
    }

    private struct Summary: Encodable {
        struct Untold: Encodable {
            let lacking: [String]
            let times: Int
        }

        let judged: Int
        let differ: Int
        let unlisted: Int
        let cannotTell: [Untold]
        let unreadLines: Int

        init(_ replaying: PolicyReplaying, _ unread: Int) {
            judged = replaying.judged
            differ = replaying.differing
            unlisted = replaying.unlisted
            cannotTell = replaying.cannotTell.map { Untold(lacking: $0.key, times: $0.value) }
                .sorted { $0.times > $1.times }
            unreadLines = unread
        }
    }
}

/// Lines that are none of an end's: the first ones are told with their place, all are counted.
private struct UnreadLines {
    /// 10: whoever sees ten knows what the file is.
    private static let mostTold = 10

    private(set) var count = 0

    mutating func take(from log: String, _ number: Int, _ read: () throws(LogLine.Fault) -> Void) {
        do throws(LogLine.Fault) { try read() } catch {
            count += 1
            guard count <= Self.mostTold else { return }
            Lines.complain("\(log.printable):\(number): \(error.explanation.printable)")
        }
    }

    func tell() {
        guard count > 0 else { return }
        let rest = count > Self.mostTold ? " (the first \(Self.mostTold) are named above)" : ""
        Lines.complain(
            "symbolon: \(count) line\(count == 1 ? " is" : "s are") none of an end, and passed over\(rest)\n"
                + "  do:  give it what an end wrote in a pipe or with --json")
    }
}

/// Since when, on the command line: `7d`, or `2026-06-01T12:00:00Z`.
struct Since: ExpressibleByArgument, Equatable {
    let date: Date

    init?(argument: String) {
        if let span = Life(argument: argument) {
            date = Date() - Double(span.duration.components.seconds)
        } else if let moment = Moment3339(argument: argument) {
            date = moment.date
        } else {
            return nil
        }
    }
}
