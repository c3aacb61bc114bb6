import ArgumentParser

/// `symbolon identity …`: the certificates that the authority gives out.
struct Identity: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Issue, obtain, list, show, renew, revoke, release and export identities.",
        discussion: """
            EXAMPLES
              symbolon identity issue web --profile service --dns web.example.internal
              symbolon identity obtain www --from https://ca.example.internal:8443/acme/directory --dns www.example.internal
              symbolon identity list
              symbolon identity export web --out ./web --plain-key
              symbolon identity revoke web --reason keyCompromise
            """,
        subcommands: [
            IdentityIssue.self, IdentityObtain.self, IdentityList.self, IdentityShow.self, IdentityRenew.self,
            IdentityRevoke.self, IdentityScheduled.self, IdentityRelease.self, IdentityExport.self,
        ])
}
