public import Foundation
public import SymbolonTransport
public import Tracing

/// A local door to a protected service: no byte of its clients leaves before the service has proved itself.
public enum ClientEnd {
    /// Listens at every address of `door`, or at none. The service is connected for each client, not at the start.
    ///
    /// - Parameters:
    ///   - loops: one thread a core; a connection stays on the loop that it was accepted for.
    ///   - clock: asked at every judgement.
    ///   - steady: a clock that nobody sets, and that goes on while the machine sleeps: how long things last, and whether the
    ///     other one has been set.
    ///   - tracer: gets a span for each connection, and for each request that is read; nil: the one that the program has
    ///     bootstrapped by now (swift-distributed-tracing), and where it has none nothing is traced.
    public static func start(
        _ door: DoorDefinition, trust: TrustState, on loops: StreamLoops, observer: any EndObserver,
        clock: @escaping @Sendable () -> Date = { Date() },
        steady: @escaping @Sendable () -> Duration = SteadyClock.now,
        tracer: (any Tracer)? = nil
    ) async throws(EndFailure) -> RunningEnd {
        try await RunningEnd.start(
            EndPlan(door, observer: observer, clock: clock, steady: steady, tracer: tracer), trust, on: loops)
    }
}
