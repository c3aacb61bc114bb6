import ArgumentParser

/// `symbolon operator …`: who may work with the authority over the network.
struct Operators: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Say who may work with the authority over the network.",
        discussion: """
            EXAMPLES
              symbolon operator add alice --role operator
              symbolon operator list
              symbolon operator remove alice

            ROLES
              viewer         looks at everything, changes nothing
              operator       also issues, revokes and invites
              administrator  also says who the operators are, and what may be certified

            An operator proves with a certificate who it is; the role is looked up with every call. Whoever holds the keys of \
            the authority's own home may do everything there.
            """,
        subcommands: [OperatorsAdd.self, OperatorsList.self, OperatorsRemove.self])
}
