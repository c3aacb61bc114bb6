import ServiceLifecycle
import SymbolonEnrollment

/// The looks that the ACME server takes beside the requests, until the process is asked to end.
struct ACMEService: Service {
    let server: ACMEServer

    func run() async throws {
        await cancelWhenGracefulShutdown { await server.run() }
    }
}
