public import SymbolonAuthority

/// What an account may ask for, within what the authority certifies at all.
public struct ACMEPolicy: Equatable, Sendable {
    /// Names at and below these domains, addresses inside these networks; nil: whatever the authority certifies.
    public let permitted: [Permission]?
    public let allowsWildcards: Bool
    /// The profiles by name; nil: all that the server offers.
    public let profiles: [String]?
    /// How many orders it may begin in how long.
    public let orders: Allowance

    /// So many in so long.
    public struct Allowance: Equatable, Sendable {
        public let count: Int
        public let window: Duration

        public init(_ count: Int, in window: Duration) {
            self.count = count
            self.window = window
        }
    }

    /// - Parameter orders: 300 in three hours unless told: what Let's Encrypt grants an account.
    public init(
        permitted: [Permission]? = nil, allowsWildcards: Bool = true, profiles: [String]? = nil,
        orders: Allowance = Allowance(300, in: .seconds(3 * 3600))
    ) {
        self.permitted = permitted
        self.allowsWildcards = allowsWildcards
        self.profiles = profiles
        self.orders = orders
    }
}
