import Foundation
import ServiceLifecycle
import SymbolonAuthority
import SymbolonHTTPServices

/// Makes revocations whose time has come, until the process is asked to end. Every node does; the store lets one.
struct ScheduleService: Service {
    /// 250 ms: with what ends need to hear of it, within the second.
    private static let interval: Duration = .milliseconds(250)

    let authority: LocalAuthority
    let report: EndReport

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var told: RevocationFailure?
            while !Task.isCancelled {
                do throws(RevocationFailure) {
                    try await authority.issuing.carryOutDueRevocations(in: authority.store)
                    told = nil
                } catch {
                    if error != told {
                        report.warn(
                            "authority", "a revocation whose time has come could not be made; it is tried again",
                            why: error.explanation)
                    }
                    told = error
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
