import ArgumentParser

/// `symbolon authority …`: what the authority is, and what it may certify; here or elsewhere.
struct AuthorityVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority", abstract: "Show an authority, and add to what it may certify.",
        discussion: """
            EXAMPLES
              symbolon authority show
              symbolon authority show --authority ca.example.internal:8443 --as alice
              symbolon authority permit --dns apps.example
            """,
        subcommands: [AuthorityShow.self, AuthorityPermit.self])
}
