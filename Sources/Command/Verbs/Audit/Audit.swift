import ArgumentParser

/// `symbolon audit …`: the record of every decision.
struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify and show the tamper-evident record.",
        discussion: """
            EXAMPLES
              symbolon audit verify
              symbolon audit show --last 20
            """,
        subcommands: [AuditVerify.self, AuditShow.self])
}
