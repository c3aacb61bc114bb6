import ArgumentParser
import Foundation
import SymbolonAdministration

/// `symbolon policy emergency …`: leave beyond the rules, for hours, by two people's word.
struct EmergencyVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "emergency",
        abstract: "Break glass: let somebody in beyond the rules, for hours at most, by the word of two people.",
        discussion: """
            EXAMPLES
              symbolon policy emergency ask person/alice --to ledger --for 2h --because "its disk is full"
              symbolon policy emergency approve 7
              symbolon policy emergency end 7
              symbolon policy emergency list

            An operator asks, and says why; an administrator, somebody else, approves within an hour. Ends that follow the \
            authority's policy let it in from then on, and close what rests on it when its time is over, whether or not the \
            authority is there. Rules that deny still deny. Every word is in the record, and every end says that it is in force.
            """,
        subcommands: [EmergencyAsk.self, EmergencyApprove.self, EmergencyEnd.self, EmergencyListVerb.self])
}

struct EmergencyAsk: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask", abstract: "Ask for it: the first word of two.",
        discussion: """
            EXAMPLES
              symbolon policy emergency ask person/alice --to ledger --for 2h --because "its disk is full"
              symbolon policy emergency ask person/alice person/bob --to ledger --to books --for 30m --because 'ticket 4711'

            Its time begins with the approval and is four hours at most. Operators ask. Nobody is let in by it yet.
            """)

    @Argument(help: ArgumentHelp("Short names, or whole SPIFFE IDs; no patterns.", valueName: "identity"))
    var identities: [String]
    @Option(help: ArgumentHelp("The service, by its short name; may be repeated.", valueName: "service"))
    var to: [String]
    @Option(name: .customLong("for"), help: ArgumentHelp("For how long, a minute to four hours.", valueName: "span"))
    var life: Life
    @Option(help: ArgumentHelp("Why: one line, which stands in the record and at every end.", valueName: "text"))
    var because: String
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            var subjects: [String] = []
            for one in identities { subjects.append(try await ShortName.whole(one, administration)) }
            let asked = try await administration.perform(
                AskEmergency(
                    subjects: subjects, services: to, seconds: Int(clamping: life.duration.components.seconds),
                    reason: because))
            if output.json { return Lines.write(try JSONOutput.line(asked)) }
            Lines.write(
                Terminal.output.styled("asked   emergency \(asked.number), which waits for a second word", .bold))
            Lines.write(
                "  an administrator, somebody else, within an hour: symbolon policy emergency approve \(asked.number)")
        }
    }
}

/// Which emergency, and what is said of the change at ends.
struct OneEmergency: ParsableArguments {
    @Argument(help: ArgumentHelp("Which.", valueName: "number"))
    var number: Int64
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions
}

struct EmergencyApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Give the second word: it is in force at once, and ends by itself.",
        discussion: """
            EXAMPLES
              symbolon policy emergency approve 7
              symbolon policy emergency approve 7 --authority ca.example:8443 --as bob

            Administrators approve, and never what they have asked for themselves. Whoever works in the authority's own home \
            by its keys counts as one person, under whichever name.
            """)

    @OptionGroup var one: OneEmergency

    func run() async throws {
        try await Complaint.reported {
            let administration = try await one.authority.open(.keys)
            let approved = try await administration.perform(ApproveEmergency(id: "\(one.number)"))
            if one.output.json {
                Lines.write(try JSONOutput.line(approved))
            } else {
                Lines.write(Terminal.output.styled("in force   emergency \(approved.number)", .bold))
                Lines.write(
                    "  \(approved.subjects.map(\.printable).joined(separator: ", ")) to "
                        + "\(approved.services.joined(separator: ", ")) until \(approved.until.map(Moment.text) ?? "")")
            }
            try await one.confirmation.confirm(approved.changeCounter, by: administration, json: one.output.json)
        }
    }
}

struct EmergencyEnd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "End it before its time, or decline what was asked for.",
        discussion: """
            EXAMPLES
              symbolon policy emergency end 7

            Live connections that rest on it are closed. Any operator may.
            """)

    @OptionGroup var one: OneEmergency

    func run() async throws {
        try await Complaint.reported {
            let administration = try await one.authority.open(.keys)
            let ended = try await administration.perform(EndEmergency(id: "\(one.number)"))
            if one.output.json {
                Lines.write(try JSONOutput.line(ended))
            } else {
                Lines.write(Terminal.output.styled("ended   emergency \(ended.number)", .bold))
            }
            try await one.confirmation.confirm(ended.changeCounter, by: administration, json: one.output.json)
        }
    }
}

struct EmergencyListVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what was asked for, is in force, and was; newest first.",
        discussion: """
            EXAMPLES
              symbolon policy emergency list
              symbolon policy emergency list --json
            """)

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let found = try await authority.open(.reading).perform(ListEmergencies()).emergencies
            if output.json { return try found.forEach { Lines.write(try JSONOutput.line($0)) } }
            guard !found.isEmpty else { return Lines.write("There was no emergency.") }
            let rows = found.map { one in
                [
                    "\(one.number)", one.state.shown, one.subjects.map(\.printable).joined(separator: ", "),
                    one.services.joined(separator: ", "), (one.endedAt ?? one.until).map(Moment.text) ?? "",
                    one.askedBy.printable, one.approvedBy?.printable ?? "", one.reason.printable,
                ]
            }
            let head = ["NUMBER", "STATE", "WHO", "TO", "UNTIL", "ASKED BY", "APPROVED BY", "BECAUSE"]
            Table.lines(head, rows, Terminal.output).forEach { Lines.write($0) }
        }
    }
}

extension Emergency.State {
    fileprivate var shown: String { self == .inForce ? "in force" : rawValue }
}
