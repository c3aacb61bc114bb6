import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonEnrollment

/// `symbolon invite …`: codes by which machines become known.
struct Invite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Make a short code by which another machine becomes known here.",
        discussion: """
            EXAMPLES
              symbolon invite laptop                              read the code to whoever sits there
              symbolon invite web --dns web.example.internal --expires 1h
              symbolon invite alice --profile person
              symbolon invite list
              symbolon invite cancel 417

            A code is good for one machine, ten minutes and three tries. It says all that will be certified; the machine brings \
            its key, and nothing else counts. The authority has to be served meanwhile: symbolon up.
            """,
        subcommands: [InviteMake.self, InviteList.self, InviteCancel.self], defaultSubcommand: InviteMake.self)
}

struct InviteMake: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "make", abstract: "Make a code (also without the word make).")

    @Argument(help: ArgumentHelp("The short name: web will be spiffe://DOMAIN/web.", valueName: "name"))
    var name: String
    @Option(
        help: ArgumentHelp(
            "What it is for: workload (the default, both server and client), service, client, person or device.",
            valueName: "name"))
    var profile: ProfileName = .workload
    @OptionGroup var wish: InvitationOptions
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let administration = try await authority.open(.keys)
            let answer = try await administration.perform(wish.operation(name, profile: profile))
            try InvitationLines(answer, verb: "pair", at: authority.elsewhere().map { .elsewhere($0) })
                .write(json: output.json)
        }
    }
}

/// What an invitation is made with, beside name and profile.
struct InvitationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A DNS name beside the identity; may be repeated.", valueName: "name"))
    var dns: [String] = []
    @Option(help: ArgumentHelp("An address beside the identity; may be repeated.", valueName: "address"))
    var ip: [String] = []
    @Option(
        help: ArgumentHelp(
            "How long the certificate lives: 90s, 30m, 24h or 7d (default: the profile's).", valueName: "span"))
    var life: Life?
    @Option(help: ArgumentHelp("How hard the words are to guess, 20 to 130 (default: 40).", valueName: "number"))
    var bits: Int?
    @Option(help: ArgumentHelp("How long the code is good, a day at most (default: 10m).", valueName: "span"))
    var expires: Life?

    func operation(_ name: String, profile: ProfileName) -> MakeInvitation {
        MakeInvitation(
            name: name, profile: profile.rawValue, names: dns.map { "dns:\($0)" } + ip.map { "ip:\($0)" },
            lifeSeconds: life?.duration.components.seconds, bits: bits,
            expiresAfterSeconds: expires?.duration.components.seconds)
    }
}

/// A new code, as it is shown: once.
struct InvitationLines {
    let answer: InvitationAnswer
    let verb: String
    /// Where the other machine reaches the authority; nil where that is not known here.
    let place: Place?

    /// Where an authority is served.
    enum Place {
        /// By this process.
        case here(HostAndPort)
        case elsewhere(HostAndPort)

        /// As it is written behind a code.
        var text: String {
            let place =
                switch self {
                case .here(let place), .elsewhere(let place): place
                }
            guard place.port == CodeAndAddress.standardPort else { return place.description }
            return place.host.contains(":") ? "[\(place.host)]" : place.host
        }
    }

    init(_ answer: InvitationAnswer, verb: String, at place: Place? = nil) {
        self.answer = answer
        self.verb = verb
        self.place = place
    }

    func write(json: Bool) throws {
        if json {
            Lines.write(try JSONOutput.line(answer))
        } else {
            lines(Terminal.output).forEach { Lines.write($0) }
        }
    }

    func lines(_ terminal: Terminal) -> [String] {
        let invitation = answer.invitation
        let parts = answer.code.split(separator: "-", maxSplits: 1)
        let code = terminal.styled(String(parts[0]), .bold, .cyan) + "-" + terminal.styled(String(parts[1]), .bold)
        func row(_ label: String, _ value: String) -> String {
            "  " + terminal.styled(label.padded(to: 12), .dim) + " " + value
        }
        let minutes = Moment.span(invitation.expiresAt.timeIntervalSince(invitation.createdAt))
        var rows = ["", "  " + code, ""]
        rows.append(row("for", "\(invitation.name.printable) (\(invitation.profile))"))
        if !invitation.names.isEmpty { rows.append(row("names", invitation.names.joined(separator: ", "))) }
        rows.append(row("good for", "\(minutes), one use, \(invitation.triesLeft) tries"))
        let whole = "\(answer.code)@\(place?.text ?? "HOST")"
        rows.append(row("there", "symbolon \(verb) \(whole)"))
        switch place {
        case .here:
            rows.append(row("or there", "symbolon reach web --listen 127.0.0.1:9000 --pair \(whole)"))
            rows.append(
                row("beside this", "symbolon protect web --to 127.0.0.1:8080 --allow \(invitation.name.printable)"))
        case .elsewhere: rows.append(row("", "or by another name or address that the authority there is reached by"))
        case nil:
            rows.append(row("HOST", "this machine, as the other one reaches it; with :PORT unless it is 8443"))
            rows.append(row("here", "the authority has to be served meanwhile: symbolon up"))
        }
        return rows
    }
}

struct InviteList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Show the codes that are open.")

    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let list = try await authority.open(.keys).perform(ListInvitations())
            if output.json {
                for invitation in list.invitations { Lines.write(try JSONOutput.line(invitation)) }
                return
            }
            guard !list.invitations.isEmpty else { return Lines.write("No invitation is open.") }
            for invitation in list.invitations {
                let left = Moment.span(invitation.expiresAt.timeIntervalSinceNow)
                Lines.write(
                    "\(String(invitation.number).padded(to: 6)) \(invitation.name.printable.padded(to: 20)) "
                        + "\(invitation.profile.padded(to: 10)) \(invitation.state.padded(to: 7)) "
                        + "\(left) left, \(invitation.triesLeft) tries")
            }
        }
    }
}

struct InviteCancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "cancel", abstract: "End a code before its time.")

    @Argument(help: ArgumentHelp("The number that the code begins with.", valueName: "number"))
    var number: Int
    @OptionGroup var authority: AuthorityOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Complaint.reported {
            let report = try await authority.open(.keys).perform(CancelInvitation(number: number))
            if output.json {
                Lines.write(try JSONOutput.line(report))
            } else {
                Lines.write("Invitation \(report.number) for \(report.name.printable) is cancelled.")
            }
        }
    }
}
