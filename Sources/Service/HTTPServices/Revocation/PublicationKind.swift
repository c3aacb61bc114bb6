/// What an authority publishes of revocation for everybody.
public enum PublicationKind: String, CaseIterable, Sendable {
    case lists, filters, answers
}
