public import Hummingbird

/// A service under the authority's one port: ACME, the API, pairing, renewal, health and metrics.
public protocol HTTPRoutes: Sendable {
    func add(to router: Router<AuthorityRequestContext>)
}
