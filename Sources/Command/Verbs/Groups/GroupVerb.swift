import ArgumentParser

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
