public import Foundation
public import SymbolonTransport
public import Tracing

/// Protects a service: only proved and permitted peers reach its backend.
public enum ServerEnd {
    /// Listens at every address of `service`, or at none.
    ///
    /// - Parameters:
    ///   - loops: one thread a core; a connection stays on the loop that it was accepted for.
    ///   - clock: asked at every judgement.
    ///   - steady: a clock that nobody sets, and that goes on while the machine sleeps: how long things last, and whether the
    ///     other one has been set.
    ///   - tracer: gets a span for each connection, and for each request that is read; nil: the one that the program has
    ///     bootstrapped by now (swift-distributed-tracing), and where it has none nothing is traced.
    public static func start(
        _ service: ServiceDefinition, trust: TrustState, on loops: StreamLoops, observer: any EndObserver,
        clock: @escaping @Sendable () -> Date = { Date() },
        steady: @escaping @Sendable () -> Duration = SteadyClock.now,
        tracer: (any Tracer)? = nil
    ) async throws(EndFailure) -> RunningEnd {
        try await RunningEnd.start(
            EndPlan(service, observer: observer, clock: clock, steady: steady, tracer: tracer), trust, on: loops)
    }
}
