import Foundation
import ServiceLifecycle
import SymbolonAuthority
import SymbolonHTTPServices

/// Keeps the responder as it should be: what was revoked is answered so within a second, on every node.
actor RespondingService {
    let responder: Responder
    let measures = AnswerMeasures()
    private var standings: PublicationStandings

    /// Nil: the issuing certificate's key cannot be read.
    init?(_ authority: LocalAuthority, observer: any ServerObserver) {
        guard let responder = Responder(authority.issuing, store: authority.store) else { return nil }
        self.responder = responder
        standings = PublicationStandings(observer)
    }

    /// It answers nothing new, or soon will not: somebody must look.
    var faults: [String] { standings.faults }

    private func tick() async {
        do throws(ResponderFailure) {
            try await responder.follow()
            standings.note(.answers, failure: nil)
        } catch {
            standings.note(.answers, failure: error.explanation)
        }
        let standing = responder.standing
        standings.note(.answers, late: standing.isLate ? 1 : 0, of: 1)
        measures.standing(
            secondsLeft: standing.certificateEnds?.timeIntervalSinceNow ?? 0, kept: standing.kept)
    }
}

extension RespondingService: Service {
    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.tick()
                // A failure is told when its reason changes; a revocation is answered within a second, the store's time included.
                try? await Task.sleep(for: .milliseconds(self.standings.isFailing(.answers) ? 1000 : 250))
            }
        }
    }
}
