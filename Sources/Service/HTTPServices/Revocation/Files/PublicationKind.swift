/// What an authority publishes of revocation for everybody.
public enum PublicationKind: String, CaseIterable, Sendable {
    case lists, filters, answers
    /// Of roots.
    case rootLists

    /// As measures call it.
    var label: String { self == .rootLists ? "root_lists" : rawValue }
}
