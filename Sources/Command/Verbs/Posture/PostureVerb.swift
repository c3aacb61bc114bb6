import ArgumentParser
import Foundation
import SymbolonAccessPolicy
import SymbolonAdministration
import SymbolonNames
import SymbolonStorage

/// `symbolon policy posture …`: what is known of peers' machines.
struct PostureVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "posture",
        abstract: "Report signals of peers' machines, to the ends that run here or to all ends; rules ask for them.",
        discussion: """
            EXAMPLES
              symbolon policy posture report laptop --signal healthy --signal disk-encrypted --for 10m
              symbolon policy posture report laptop --signal healthy --for 10m --all-ends
              symbolon policy posture withdraw laptop --signal healthy
              symbolon policy posture list
              symbolon policy posture permit scanner --signal healthy --about 'device/**'

            Whoever knows how machines do, a program of yours that looks at them, says so again and again, each time for \
            a while. When it stops, signals lapse, and what rested on them ends. The ends of this home hear it over their \
            control socket; with --all-ends the authority hears it, keeps it, and tells every end that follows it.
            """,
        subcommands: [
            PostureReportVerb.self, PostureWithdraw.self, PostureList.self, PosturePermit.self, PostureForbid.self,
            PostureReporters.self,
        ])
}

/// Whom signals are told: the ends of this home, or the authority, and so all ends.
struct PostureAudience: ParsableArguments {
    @Flag(
        name: .customLong("all-ends"),
        help: "The authority's: for all ends that follow it. So it is with --authority, too.")
    var allEnds = false
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    var isAuthority: Bool { allEnds || authority.authority != nil }

    mutating func validate() throws {
        if authority.identity != nil, !isAuthority {
            throw ValidationError("--as is for an authority: say --all-ends, or name one with --authority HOST:PORT.")
        }
    }

    var home: HomeOptions { authority.home }
}

struct PostureOptions: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "Of whom: a short name, or spiffe://…; at the ends here also dns:…, mail:… or ip:….", valueName: "identity")
    )
    var peer: String
    @Option(help: ArgumentHelp("Which, as rules have it under posture; may be repeated.", valueName: "signal"))
    var signal: [String]
    @OptionGroup var audience: PostureAudience

    /// - Parameter seconds: nil: they hold no more.
    func say(for seconds: Int?) async throws {
        if audience.isAuthority { try await tellAuthority(for: seconds) } else { try await tellEnds(for: seconds) }
    }

    private func tellEnds(for seconds: Int?) async throws {
        let report = PostureReport(peer: peer, signals: signal, seconds: seconds)
        let home = audience.home
        let answers = try await ControlClient.ask(ControlQuestion(ask: .posture, report: report), in: home.folder)
        let taken = answers.filter { $0.end.found > 0 }
        guard !taken.isEmpty else {
            throw Complaint(
                what: "nobody has heard it", why: "no end of \(home.folder.path) is running",
                mend: "name the home of the ends with --home; or tell the authority with --all-ends", exit: .undecided)
        }
        if audience.output.json { return try taken.forEach { Lines.write(try JSONOutput.line($0.end)) } }
        Lines.write("In force at \(taken.count) process\(taken.count == 1 ? "" : "es").")
    }

    private func tellAuthority(for seconds: Int?) async throws {
        let administration = try await audience.authority.open(.keys)
        let subjects = [try await ShortName.whole(peer, administration)]
        let outcome =
            if let seconds {
                try await administration.perform(
                    ReportPosture(subjects: subjects, signals: signal, seconds: seconds))
            } else {
                try await administration.perform(WithdrawPosture(subjects: subjects, signals: signal))
            }
        if audience.output.json { return Lines.write(try JSONOutput.line(outcome)) }
        if let until = outcome.until {
            Lines.write("All ends are told: until \(Moment.text(until)).")
        } else {
            Lines.write(
                outcome.changeCounter == nil ? "None of it held: there is nothing to tell." : "All ends are told.")
        }
    }
}

/// Names as operators write them, made whole by the authority's trust domain.
enum ShortName {
    static func whole(_ name: String, _ administration: any Administration) async throws -> String {
        guard !name.contains("://") else { return name }
        // Who is no operator may not look at the authority, and proves a name of its domain.
        let own = try? SPIFFEID(try await administration.perform(ShowSelf()).identity)
        let domain =
            if let own { own.trustDomain.description } else {
                try await administration.perform(ShowAuthority()).trustDomain
            }
        return "spiffe://\(domain)/\(name)"
    }
}

struct PostureReportVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Say that signals hold of a peer's machine, for a while.",
        discussion: """
            EXAMPLES
              symbolon policy posture report laptop --signal healthy --for 10m
              symbolon policy posture report person/alice --signal disk-encrypted --signal patched --for 1h
              symbolon policy posture report laptop --signal healthy --for 10m --authority ca.example:8443 --as scanner

            It is in force at every running end of the home when the command ends, live connections included. With \
            --all-ends or --authority the authority keeps it, and every end that follows it judges by it within a second. \
            Say it again before it lapses. Ends here hear the home's owner and root; the authority hears operators, and \
            whom an administrator permitted (symbolon policy posture permit).
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
              symbolon policy posture withdraw laptop --signal healthy --all-ends
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
              symbolon policy posture list                            what the ends here judge by, wherever it was said
              symbolon policy posture list --all-ends                 what the authority was told, and by whom
              symbolon policy posture list --json
            """)

    @OptionGroup var audience: PostureAudience

    func run() async throws {
        try await Complaint.reported {
            if audience.isAuthority { try await listAuthority() } else { try await listEnds() }
        }
    }

    private func listEnds() async throws {
        let answers = try await ControlClient.ask(ControlQuestion(ask: .postures), in: audience.home.folder)
        let lines = answers.flatMap(\.lines)
        if audience.output.json { return lines.forEach { Lines.write(String($0)) } }
        guard !lines.isEmpty else { return Lines.write("No signal is reported.") }
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let rows = try lines.map { line in
            let one = try decoder.decode(ListedSignal.self, from: Data(line.utf8))
            return [one.peer.printable, one.signal, Moment.text(one.until), "\(one.process)"]
        }
        Table.lines(["PEER", "SIGNAL", "UNTIL", "PROCESS"], rows, Terminal.output).forEach { Lines.write($0) }
    }

    private func listAuthority() async throws {
        let signals = try await audience.authority.open(.keys).perform(ListPosture()).signals
        if audience.output.json { return try signals.forEach { Lines.write(try JSONOutput.line($0)) } }
        guard !signals.isEmpty else { return Lines.write("No signal is reported.") }
        let rows = signals.map { [$0.subject.printable, $0.signal, Moment.text($0.until), $0.reportedBy.printable] }
        Table.lines(["SUBJECT", "SIGNAL", "UNTIL", "REPORTED BY"], rows, Terminal.output).forEach { Lines.write($0) }
    }
}
