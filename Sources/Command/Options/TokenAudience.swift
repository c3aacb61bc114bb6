import ArgumentParser

/// For whom the tokens of `--http-token` are.
enum TokenAudience: Equatable, ExpressibleByArgument, CustomStringConvertible {
    /// Who has the end's own name.
    case own
    case named(String)

    init?(argument: String) {
        guard !argument.isEmpty else { return nil }
        self = .named(argument)
    }

    var name: String? { if case .named(let name) = self { name } else { nil } }

    var description: String { name ?? "this end's own name" }
}
