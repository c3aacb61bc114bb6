import ArgumentParser
import Foundation
import SymbolonAdministration
import SymbolonEnrollment

struct ACMEKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "eab", abstract: "Keys for external account binding: one account each.",
        subcommands: [ACMEKeyCreate.self, ACMEKeyList.self, ACMEKeyRevoke.self])

    struct ACMEKeyCreate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a key with which one ACME account can be made.",
            discussion: """
                EXAMPLES
                  symbolon acme eab create
                  symbolon acme eab create --permit dns:apps.example.internal --permit ip:10.0.0.0/8 --no-wildcards
                  symbolon acme eab create --profile service --orders 20 --expires 1h

                The secret is printed this once; the store keeps it to check what is made with it.
                  certbot register --server URL --eab-kid ID --eab-hmac-key SECRET
                  lego --server URL --eab --kid ID --hmac SECRET …
                """)

        @Option(
            name: .customLong("permit"),
            help: ArgumentHelp(
                "What the account may ask for, dns:SUFFIX or ip:NETWORK; may be repeated (default: whatever the authority "
                    + "certifies).", valueName: "name"))
        var permitted: [String] = []
        @Flag(inversion: .prefixedNo, help: "Whether it may ask for wildcards.")
        var wildcards = true
        @Option(
            name: .customLong("profile"),
            help: ArgumentHelp("A profile that it may ask for; may be repeated (default: all).", valueName: "name"))
        var profiles: [String] = []
        @Option(help: ArgumentHelp("How many orders it may make in three hours (default: 300).", valueName: "number"))
        var orders: Int?
        @Option(
            help: ArgumentHelp(
                "How long an account can be made with it, as 30m, 8h or 7d (default: for good).", valueName: "time"))
        var expires: Life?
        @OptionGroup var authority: AuthorityOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Complaint.reported {
                let made = try await authority.open(.keys).perform(
                    CreateExternalAccountKey(
                        policy: policy,
                        expiresAt: expires.map { Date() + TimeInterval($0.duration.components.seconds) }))
                if output.json { return Lines.write(try JSONOutput.line(made)) }
                Lines.write("key id     \(made.key.id)")
                Lines.write("secret     \(made.secret)")
                Lines.write("may ask    \(made.key.policy?.words ?? "for what the server grants to everybody")")
                if let end = made.key.expiresAt { Lines.write("until      \(Moment.text(end))") }
            }
        }

        /// Nil where nothing was said: then the server's own holds, also when that changes.
        private var policy: ACMEPolicyReport? {
            guard !permitted.isEmpty || !wildcards || !profiles.isEmpty || orders != nil else { return nil }
            return ACMEPolicyReport(
                permitted: permitted.isEmpty ? nil : permitted, wildcards: wildcards,
                profiles: profiles.isEmpty ? nil : profiles, orders: orders ?? 300)
        }
    }

    struct ACMEKeyList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the keys that were given out, the newest first; never their secrets.",
            discussion: """
                EXAMPLES
                  symbolon acme eab list
                """)

        @OptionGroup var authority: AuthorityOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Complaint.reported {
                let keys = try await authority.open(.keys).perform(ListExternalAccountKeys()).keys
                if output.json {
                    for key in keys { Lines.write(try JSONOutput.line(key)) }
                    return
                }
                guard !keys.isEmpty else { return Lines.write("No key was given out yet.") }
                let head = ["KEY ID", "STATE", "ACCOUNT", "SINCE", "BY"]
                let rows = keys.map {
                    [
                        $0.id.printable, $0.state, $0.account?.printable ?? "-", Moment.text($0.createdAt),
                        $0.createdBy.printable,
                    ]
                }
                Table.lines(head, rows, Terminal.output).forEach { Lines.write($0) }
            }
        }
    }

    struct ACMEKeyRevoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "No account can be made with a key any more; the one that was stays.",
            discussion: """
                EXAMPLES
                  symbolon acme eab revoke qf3cbPgpPVpbJZUQeTVl4A
                """)

        @Argument(help: ArgumentHelp("The key, as list names it.", valueName: "key-id"))
        var id: String
        @OptionGroup var authority: AuthorityOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Complaint.reported {
                let key = try await authority.open(.keys).perform(RevokeExternalAccountKey(id: id))
                if output.json { return Lines.write(try JSONOutput.line(key)) }
                Lines.write("\(key.state)   \(key.id.printable)")
            }
        }
    }
}
