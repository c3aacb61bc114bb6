import ArgumentParser
import Foundation
import SymbolonAdministration

/// `symbolon group …`: sets of identities that rules of the policy name.
struct GroupVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Say who is in which group; rules of the policy name them.",
        discussion: """
            EXAMPLES
              symbolon group add night-shift person/alice person/bob
              symbolon group remove night-shift person/bob            closes what he had open by it, within a second
              symbolon group show night-shift
              symbolon group list

            A rule of a published policy names a group as from: group:night-shift. Members are identities, not patterns: \
            person/alice is spiffe://DOMAIN/person/alice, and whole SPIFFE IDs may be of other domains. A group stays when its \
            last member has left.
            """,
        subcommands: [GroupAdd.self, GroupRemove.self, GroupList.self, GroupShow.self])
}

/// Who is meant, as the verbs that change a group take it.
struct MemberOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The group.", valueName: "group"))
    var group: String
    @Argument(help: ArgumentHelp("Short names, or whole SPIFFE IDs.", valueName: "identity"))
    var identities: [String] = []
    @Option(help: ArgumentHelp("More of them, one a line, from this file.", valueName: "file"))
    var from: String?

    /// Whole SPIFFE IDs, as the authority takes them.
    func members(_ administration: any Administration) async throws -> [String] {
        let words = identities + (try from.map(Self.lines) ?? [])
        if let pattern = words.first(where: { $0.contains("*") }) {
            throw Complaint(
                what: "\"\(pattern.printable)\" cannot be in a group", why: "a group has identities, and no patterns",
                mend: "name each, or write the pattern in the rule: from: \(pattern.printable)", exit: .undecided)
        }
        guard words.contains(where: { !$0.contains("://") }) else { return words }
        let domain = try await administration.perform(ShowAuthority()).trustDomain
        return words.map { $0.contains("://") ? $0 : "spiffe://\(domain)/\($0)" }
    }

    private static func lines(of path: String) throws -> [String] {
        let text: String
        do {
            text = try String(contentsOf: URL(fileURLWithPath: path), encoding: .utf8)
        } catch {
            throw Complaint(what: "\(path) cannot be read", why: error.localizedDescription, exit: .undecided)
        }
        return text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty && !$0.hasPrefix("#") }
    }

    /// In steps that each have room in a request; with no members one step, which makes the group.
    static func steps(_ members: [String]) -> [[String]] {
        var steps: [[String]] = [[]]
        var octets = 0
        for member in members {
            if steps[steps.count - 1].count == ChangeGroup.most || octets + member.utf8.count > ChangeGroup.mostOctets {
                steps.append([])
                octets = 0
            }
            steps[steps.count - 1].append(member)
            octets += member.utf8.count
        }
        return steps
    }
}

struct GroupAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put identities into a group, which begins with this where there is none.",
        discussion: """
            EXAMPLES
              symbolon group add night-shift person/alice person/bob
              symbolon group add tills --from tills.txt               one a line
              symbolon group add quarantined                          with no member yet
            """)

    @OptionGroup var members: MemberOptions
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let all = try await members.members(administration)
            let outcome = try await GroupOutcome(
                MemberOptions.steps(all).map { ChangeGroup(group: members.group, add: $0) }, by: administration)
            try outcome.write(asked: all, wish: "is a member already", json: output.json)
            try await confirmation.confirm(outcome.changeCounter, by: administration, json: output.json)
        }
    }
}

struct GroupRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Take identities out of a group; what they had open by it is closed.",
        discussion: """
            EXAMPLES
              symbolon group remove night-shift person/bob
              symbolon group remove tills --from sold.txt             one a line

            Ends close, within a second, exactly those live connections that no rule allows any more. The group stays, also \
            without a member.
            """)

    @OptionGroup var members: MemberOptions
    @OptionGroup var confirmation: ConfirmationOptions
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    mutating func validate() throws {
        guard !members.identities.isEmpty || members.from != nil else {
            throw ValidationError("Name who leaves the group, or a file of them with --from.")
        }
    }

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let all = try await members.members(administration)
            let outcome = try await GroupOutcome(
                MemberOptions.steps(all).map { ChangeGroup(group: members.group, remove: $0) }, by: administration)
            try outcome.write(asked: all, wish: "was no member", json: output.json)
            try await confirmation.confirm(outcome.changeCounter, by: administration, json: output.json)
        }
    }
}

/// What became of a group, in however many steps.
private struct GroupOutcome: Encodable {
    var group = ""
    var added: [String] = []
    var removed: [String] = []
    var isNew = false
    var members = 0
    var isNamed = false
    var changeCounter: UInt64?

    init(_ steps: [ChangeGroup], by administration: any Administration) async throws {
        for step in steps {
            let report = try await administration.perform(step)
            group = report.name
            added += report.added
            removed += report.removed
            isNew = isNew || report.isNew
            members = report.members
            isNamed = report.isNamed
            changeCounter = report.changeCounter ?? changeCounter
        }
    }

    /// - Parameter wish: what is so of those whom nothing was done with.
    func write(asked: [String], wish: String, json: Bool) throws {
        guard !json else { return Lines.write(try JSONOutput.line(self)) }
        let terminal = Terminal.output
        for one in added { Lines.write(terminal.styled("+", .green) + " \(one.printable)") }
        for one in removed { Lines.write(terminal.styled("-", .red) + " \(one.printable)") }
        let done = Set(added + removed)
        for one in asked where !done.contains(one) { Lines.write("  \(one.printable) \(wish)") }
        let count = "\(members) member\(members == 1 ? "" : "s")"
        Lines.write("\(group.printable)   \(count)\(isNew ? ", a new group" : "")")
        if !isNamed, isNew || !done.isEmpty {
            Lines.write("no rule of the policy in force names it: no end needs to know")
        }
    }
}

struct GroupList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the groups.",
        discussion: """
            EXAMPLES
              symbolon group list
              symbolon group list --json
            """)

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let groups = try await authority.open(.reading).perform(ListGroups()).groups
            if output.json {
                for group in groups { Lines.write(try JSONOutput.line(group)) }
                return
            }
            guard !groups.isEmpty else { return Lines.write("There is no group.") }
            let rows = groups.map { [$0.name.printable, "\($0.members)", $0.isNamed ? "yes" : "no"] }
            Table.lines(["GROUP", "MEMBERS", "NAMED BY THE POLICY"], rows, Terminal.output).forEach { Lines.write($0) }
        }
    }
}

struct GroupShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "List who is in a group.",
        discussion: """
            EXAMPLES
              symbolon group show night-shift
              symbolon group show night-shift --json
            """)

    @Argument(help: ArgumentHelp("The group.", valueName: "group"))
    var group: String
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let found = try await authority.open(.reading).perform(ShowGroup(group: group))
            if output.json {
                for member in found.members { Lines.write(try JSONOutput.line(member)) }
                return
            }
            guard !found.members.isEmpty else { return Lines.write("Nobody is in \(found.name.printable).") }
            let rows = found.members.map { [$0.identity.printable, Moment.text($0.since), $0.addedBy.printable] }
            Table.lines(["IDENTITY", "SINCE", "ADDED BY"], rows, Terminal.output).forEach { Lines.write($0) }
        }
    }
}
