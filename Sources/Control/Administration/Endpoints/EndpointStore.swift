public import SymbolonAuthority

/// Where services can be reached, as their ends say.
public protocol EndpointStore: Sendable {
    /// Notes the address of a service, in the place of one noted before.
    func publish(_ endpoint: ServiceEndpoint) async throws(StoreFailure)
    /// Forgets a service's address, if it is still this one: another end may have taken the service over.
    func withdraw(service: String, address: String) async throws(StoreFailure)
    /// Where a service was last noted; `nil` when it never was, or was withdrawn.
    func endpoint(of service: String) async throws(StoreFailure) -> ServiceEndpoint?
}
