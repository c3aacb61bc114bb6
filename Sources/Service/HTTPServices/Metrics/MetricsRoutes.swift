internal import HTTPTypes
public import Hummingbird
internal import NIOCore
public import SymbolonAdministration
public import SymbolonEnrollment

/// `/metrics`: for programs of this machine, and for operators.
public struct MetricsRoutes: HTTPRoutes {
    private let registry: MetricsRegistry
    private let renewals: RenewalDesk
    private let parts: LocalAdministration.Parts
    private let register: LocalAdministration.Register

    public init(
        _ registry: MetricsRegistry, renewals: RenewalDesk, parts: LocalAdministration.Parts,
        register: LocalAdministration.Register
    ) {
        self.registry = registry
        self.renewals = renewals
        self.parts = parts
        self.register = register
    }

    public func add(to router: Router<AuthorityRequestContext>) {
        router.get("/metrics") { [registry, renewals] _, context in
            if !context.isLoopback {
                do throws(AdministrationFailure) {
                    try await requireOperator(context)
                } catch {
                    return APIRoutes.response(error)
                }
            }
            await RenewalMeasures(registry).take(from: renewals)
            return Response(
                status: .ok, headers: [.contentType: PrometheusText.mediaType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: registry.page())))
        }
    }

    private func requireOperator(_ context: AuthorityRequestContext) async throws(AdministrationFailure) {
        guard case .certificate(let peer) = context.proof else {
            throw AdministrationFailure(
                .unauthenticated, what: "the metrics are for operators, and for programs of the authority's machine",
                mend: "show an operator's certificate")
        }
        try await LocalAdministration(parts, register: register, caller: .peer(peer, address: context.address))
            .require(.viewer)
    }
}
