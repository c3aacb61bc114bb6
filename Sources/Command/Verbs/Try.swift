import ArgumentParser
import Foundation
import NIOCore
import NIOPosix
import SymbolonAuthority
import SymbolonProxy
import SymbolonStorage
import SymbolonTransport

/// `symbolon try`: the whole story on this machine, and a self-test at any time.
struct Try: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The whole story on this machine in seconds: prove, refuse, revoke.",
        discussion: """
            EXAMPLES
              symbolon try              prove both ends, refuse the impostors, revoke; exit 0 when all was as it should be
              symbolon try --stay       then stay up, for you to try it
              symbolon try --json       one object, for programs

            What it makes in the home folder is the real system: run again, it goes on from there.
            """)

    @Flag(help: "Stay up after the story, until Ctrl-C.")
    var stay = false
    @OptionGroup var home: HomeOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let started = ContinuousClock.now
        try await Complaint.reported {
            let group = MultiThreadedEventLoopGroup.singleton
            let printer = StoryPrinter(terminal: .output, isSilent: output.json)
            let run = FirstRun(
                home: home.folder, passphrase: home.passphrase.source, printer: printer, group: group,
                loops: try StreamLoops(count: Processors.usable), started: started)
            let stage = try await run.tell()
            let report = run.report
            if output.json { Lines.write(JSONLine.text(members: report)) }
            conclude(report, printer)
            if stay { try await linger(run, stage, printer) }
            await stage.stop()
            guard report.passed else { throw ExitCode(ExitStatus.failure.rawValue) }
        }
    }

    private func conclude(_ report: FirstRunReport, _ printer: StoryPrinter) {
        printer.say("")
        if report.passed {
            let text =
                "All as it should be: 1 honest client let in, \(report.impostors.count) impostors refused, 1 revocation in force."
            printer.say(printer.terminal.styled(text, .green, .bold))
        } else {
            printer.say(printer.terminal.styled("Not as it should be:", .red, .bold))
            report.failures.forEach { printer.say("  \($0)") }
        }
    }

    private func linger(_ run: FirstRun, _ stage: FirstRun.Stage, _ printer: StoryPrinter) async throws {
        try await run.introduce(to: stage.authority, at: stage.serving.address)
        let signals = Signals.asksToEnd()
        let door = stage.door.addresses.first?.port ?? 0
        let protect = stage.protect.addresses.first?.port ?? 0
        let folder = home.folder.path
        let command = CommandLine.arguments.first ?? "symbolon"
        printer.say("")
        printer.say("The client was introduced once more, by a new code, and everything stays up. Try it:")
        let lines = [
            ("curl http://127.0.0.1:\(door)/", "the client's door: proved both ways"),
            ("curl -k https://127.0.0.1:\(protect)/", "straight at the service: refused"),
            ("\(command) identity revoke \(FirstRun.clientName) --home \(folder)", "then curl the door again"),
            ("\(command) audit show --home \(folder)", "what was recorded"),
        ]
        let width = lines.map(\.0.count).max() ?? 0
        for (line, meaning) in lines {
            printer.say("  \(line.padded(to: width))  \(printer.terminal.styled("# " + meaning, .dim))")
        }
        printer.say("Ctrl-C ends it.")
        for await _ in signals { return }
    }
}
