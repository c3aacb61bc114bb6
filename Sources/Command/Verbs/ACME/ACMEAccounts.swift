import ArgumentParser
import SymbolonAdministration
import SymbolonEnrollment

struct ACMEAccounts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "The accounts that ACME clients have made.",
        subcommands: [ACMEAccountList.self, ACMEAccountShow.self, ACMEAccountDeactivate.self])

    struct ACMEAccountList: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the ACME accounts, the newest first.",
            discussion: """
                EXAMPLES
                  symbolon acme account list
                  symbolon acme account list --json
                """)

        @OptionGroup var authority: AuthorityOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Complaint.reported {
                let accounts = try await authority.open(.keys).perform(ListACMEAccounts()).accounts
                if output.json {
                    for account in accounts { Lines.write(try JSONOutput.line(account)) }
                    return
                }
                guard !accounts.isEmpty else { return Lines.write("No client has made an account yet.") }
                let head = ["ACCOUNT", "STATUS", "SINCE", "FROM", "CONTACTS"]
                let rows = accounts.map {
                    [
                        $0.id.printable, $0.status, Moment.text($0.createdAt), $0.createdFrom.printable,
                        $0.contacts.joined(separator: " ").printable,
                    ]
                }
                Table.lines(head, rows, Terminal.output).forEach { Lines.write($0) }
            }
        }
    }

    struct ACMEAccountShow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Show one ACME account and what it may ask for.",
            discussion: """
                EXAMPLES
                  symbolon acme account show qf3cbPgpPVpbJZUQeTVl4A
                """)

        @Argument(help: ArgumentHelp("The account, as list names it.", valueName: "account"))
        var id: String
        @OptionGroup var authority: AuthorityOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Complaint.reported {
                let account = try await authority.open(.keys).perform(ShowACMEAccount(id: id))
                if output.json { return Lines.write(try JSONOutput.line(account)) }
                account.lines.forEach { Lines.write($0) }
            }
        }
    }

    struct ACMEAccountDeactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "deactivate", abstract: "End an ACME account for good; its certificates stay what they are.",
            discussion: """
                EXAMPLES
                  symbolon acme account deactivate qf3cbPgpPVpbJZUQeTVl4A

                To end what it has got, revoke that too: symbolon identity revoke host/NAME.
                """)

        @Argument(help: ArgumentHelp("The account, as list names it.", valueName: "account"))
        var id: String
        @OptionGroup var authority: AuthorityOptions
        @OptionGroup var output: OutputOptions

        func run() async throws {
            try await Complaint.reported {
                let account = try await authority.open(.keys).perform(DeactivateACMEAccount(id: id))
                if output.json { return Lines.write(try JSONOutput.line(account)) }
                Lines.write("\(account.status)   \(account.id.printable)")
            }
        }
    }
}

extension ACMEAccountReport {
    fileprivate var lines: [String] {
        [
            "account    \(id.printable), \(status)",
            "made       \(Moment.text(createdAt)) from \(createdFrom.printable)",
            "key        \(key.printable)",
            "contacts   \(contacts.isEmpty ? "none" : contacts.joined(separator: " ").printable)",
            "bound to   \(externalAccountKey?.printable ?? "no external account key")",
            "may ask    \(policy?.words ?? "for what the server grants to everybody")",
        ]
    }
}

extension ACMEPolicyReport {
    /// In one line, for people.
    var words: String {
        let names = permitted.map { $0.isEmpty ? "no name" : $0.joined(separator: " ") }
        let kinds = profiles.map { "profiles \($0.joined(separator: " "))" } ?? "any profile"
        let wild = wildcards ? "with" : "no"
        return "\(names ?? "any name the authority certifies"), \(wild) wildcards, \(kinds), ".printable
            + "\(orders) orders in \(orderSeconds) s"
    }
}
