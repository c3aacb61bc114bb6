import ArgumentParser
import Foundation
import SymbolonAccessPolicy
import SymbolonStorage

/// `symbolon policy posture …`: what is known of peers' machines.
struct PostureVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posture",
        abstract: "Report signals of peers' machines to the ends that run here; rules ask for them.",
        discussion: """
            EXAMPLES
              symbolon policy posture report laptop --signal healthy --signal disk-encrypted --for 10m
              symbolon policy posture withdraw laptop --signal healthy
              symbolon policy posture list

            Whoever knows how machines do, a program of yours that looks at them, says so again and again, each time for \
            a while. When it stops, signals lapse, and what rested on them ends.
            """,
        subcommands: [PostureReportVerb.self, PostureWithdraw.self, PostureList.self])
}

struct PostureOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("Of whom: a short name, spiffe://…, dns:…, mail:… or ip:….", valueName: "identity"))
    var peer: String
    @Option(help: ArgumentHelp("Which, as rules have it under posture; may be repeated.", valueName: "signal"))
    var signal: [String]
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func say(for seconds: Int?) async throws {
        let report = PostureReport(peer: peer, signals: signal, seconds: seconds)
        let answers = try await ControlClient.ask(ControlQuestion(ask: .posture, report: report), in: home.folder)
        let taken = answers.filter { $0.end.found > 0 }
        guard !taken.isEmpty else {
            throw Complaint(
                what: "nobody has heard it", why: "no end of \(home.folder.path) is running",
                mend: "name the home of the ends with --home", exit: .undecided)
        }
        if output.json { return try taken.forEach { Lines.write(try JSONOutput.line($0.end)) } }
        Lines.write("In force at \(taken.count) process\(taken.count == 1 ? "" : "es").")
    }
}

struct PostureReportVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Say that signals hold of a peer's machine, for a while.",
        discussion: """
            EXAMPLES
              symbolon policy posture report laptop --signal healthy --for 10m
              symbolon policy posture report person/alice --signal disk-encrypted --signal patched --for 1h

            It is in force at every running end of the home when the command ends, live connections included. Say it again \
            before it lapses. Only the home's owner and root are heard.
            """)

    @OptionGroup var options: PostureOptions
    @Option(name: .customLong("for"), help: ArgumentHelp("For how long it holds, a day at most.", valueName: "span"))
    var life: Life

    func run() async throws {
        try await Complaint.reported { try await options.say(for: Int(life.duration.components.seconds)) }
    }
}

struct PostureWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Say that signals hold no more; what rests on them ends at once.",
        discussion: """
            EXAMPLES
              symbolon policy posture withdraw laptop --signal healthy
            """)

    @OptionGroup var options: PostureOptions

    func run() async throws {
        try await Complaint.reported { try await options.say(for: nil) }
    }
}

struct PostureList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the signals that hold, of whom, and until when.",
        discussion: """
            EXAMPLES
              symbolon policy posture list
              symbolon policy posture list --json
            """)

    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let answers = try await ControlClient.ask(ControlQuestion(ask: .postures), in: home.folder)
            let lines = answers.flatMap(\.lines)
            if output.json { return lines.forEach { Lines.write(String($0)) } }
            guard !lines.isEmpty else { return Lines.write("No signal is reported.") }
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let rows = try lines.map { line in
                let one = try decoder.decode(ListedSignal.self, from: Data(line.utf8))
                return [one.peer.printable, one.signal, Moment.text(one.until), "\(one.process)"]
            }
            Table.lines(["PEER", "SIGNAL", "UNTIL", "PROCESS"], rows, Terminal.output).forEach { Lines.write($0) }
        }
    }
}
