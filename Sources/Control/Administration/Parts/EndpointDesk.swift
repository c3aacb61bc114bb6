public import Foundation
public import SymbolonNames

/// Knows where services can be reached.
public struct EndpointDesk: Sendable {
    let endpoints: any EndpointStore
    let trustDomain: TrustDomain
    let clock: @Sendable () -> Date

    public init(endpoints: any EndpointStore, trustDomain: TrustDomain, clock: @escaping @Sendable () -> Date) {
        self.endpoints = endpoints
        self.trustDomain = trustDomain
        self.clock = clock
    }

    func find(_ service: String) async throws(AdministrationFailure) -> ServiceEndpoint {
        let found: ServiceEndpoint?
        do {
            found = try await endpoints.endpoint(of: service)
        } catch {
            throw AdministrationFailure(error)
        }
        guard let found else {
            throw AdministrationFailure(
                .notFound, what: "nothing is known of a service \(service.debugDescription)",
                mend: "start it (symbolon protect), or name its address: reach --at HOST:PORT")
        }
        return found
    }

    func publish(_ wish: PublishEndpoint, in call: Call) async throws(AdministrationFailure) -> ServiceEndpoint {
        try mayAnnounce(wish.service, call)
        guard (1...300).contains(wish.address.utf8.count), wish.address.contains(":") else {
            throw AdministrationFailure(.malformed, what: "the address is not HOST:PORT")
        }
        let entry = ServiceEndpoint(service: wish.service, address: wish.address, updatedAt: clock())
        do {
            try await endpoints.publish(entry)
        } catch {
            throw AdministrationFailure(error)
        }
        return entry
    }

    func withdraw(_ wish: WithdrawEndpoint, in call: Call) async throws(AdministrationFailure) -> Done {
        try mayAnnounce(wish.service, call)
        do {
            try await endpoints.withdraw(service: wish.service, address: wish.address)
        } catch {
            throw AdministrationFailure(error)
        }
        return Done()
    }

    /// Whoever proves to be `spiffe://DOMAIN/SERVICE`, or an operator.
    private func mayAnnounce(_ service: String, _ call: Call) throws(AdministrationFailure) {
        if let role = call.role, role >= .operator { return }
        guard call.caller.identity == "spiffe://\(trustDomain)/\(service)" else {
            throw AdministrationFailure(
                .forbidden, what: "you may not say where \(service.debugDescription) is",
                why: "you proved to be \(call.caller.identity)", mend: "let the service itself say so, or an operator")
        }
    }
}
