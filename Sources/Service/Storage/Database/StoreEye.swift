import SymbolonAuthority

/// Sees, from any process, that something was committed to a store. Looks over a connection of its own, which it opens
/// anew when it was lost or the store was put in another's place.
protocol StoreEye: Sendable {
    func look() async throws(StoreFailure) -> Glance
}

enum Glance: Equatable, Sendable {
    /// Nothing was committed since the last look.
    case still
    /// The first look over a new connection.
    case opened(changeCounter: UInt64)
    case committed(changeCounter: UInt64)
    /// Nothing was heard of a commit, and the counter was asked for all the same.
    case asked(changeCounter: UInt64)
}
