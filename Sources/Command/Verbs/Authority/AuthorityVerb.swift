import ArgumentParser

/// `symbolon authority …`: what the authority is, what it may certify, and what it issues with; here or elsewhere.
struct AuthorityVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "authority",
        abstract: "Show an authority, add to what it may certify, and change what it issues with.",
        discussion: """
            EXAMPLES
              symbolon authority show
              symbolon authority show --authority ca.example.internal:8443 --as alice
              symbolon authority permit --dns apps.example
              symbolon authority prepare                 then activate, then retire the one before
              symbolon authority compromised 3f9c        its key is in strange hands: replace all below it
            """,
        subcommands: [
            AuthorityShow.self, AuthorityPermit.self, AuthorityList.self, AuthorityPrepare.self, AuthorityActivate.self,
            AuthorityRetire.self, AuthorityCompromised.self, AuthorityPublishRootList.self,
        ])
}
