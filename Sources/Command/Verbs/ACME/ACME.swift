import ArgumentParser

/// `symbolon acme …`: who gets certificates by ACME.
struct ACME: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "acme", abstract: "See and say who gets certificates by ACME.",
        discussion: """
            EXAMPLES
              symbolon acme eab create --permit dns:apps.example.internal
              symbolon acme account list
              symbolon acme account deactivate qf3cbPgpPVpbJZUQeTVl4A

            Clients find the server at https://HOST:8443/acme/directory, where symbolon up serves it.
            """,
        subcommands: [ACMEAccounts.self, ACMEKeys.self])
}
