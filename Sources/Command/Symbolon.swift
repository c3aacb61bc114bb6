import ArgumentParser

/// The one executable. Each verb is a file in Verbs.
@main
struct Symbolon: AsyncParsableCommand {
    /// As the changelog calls it.
    static let version = "unreleased"

    static let configuration = CommandConfiguration(
        commandName: "symbolon",
        abstract: "Proves both ends of a connection to each other before a byte of your data moves.",
        discussion: """
            EXAMPLES
              symbolon try                                        all of it, here, in seconds
              symbolon up                                         an authority, here
              symbolon invite laptop                              a code to read aloud
              symbolon pair 417-acorn-banjo-cedar-donkey@HOST     there: both ends prove that they know it
              symbolon protect web --to 127.0.0.1:8080 --allow laptop
              symbolon reach web --listen 127.0.0.1:9000 --as laptop
              symbolon identity revoke laptop                     cuts its live connections
              symbolon verify chain.pem --root root.pem           is it good, and why not

            EXIT CODES
               0  done                        1  a check came out badly
               2  could not tell              3  keys or folders are not safe to use
               4  well, and needs attention
              64  wrong usage                78  the configuration is not usable
            """,
        subcommands: [
            Up.self, Invite.self, Pair.self, Protect.self, Reach.self, Run.self, PolicyVerb.self, GroupVerb.self,
            Identity.self, AuthorityVerb.self, Operators.self, EndsVerb.self, ConnectionsVerb.self, Why.self,
            Federate.self, ACME.self, Verify.self, Audit.self, Doctor.self, Try.self,
        ])

    static func main() async {
        ProcessLimits.returnLargeBlocks()
        ProcessLimits.takeAllDescriptors()
        await main(nil)
    }
}
