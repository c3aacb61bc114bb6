import Foundation
import ServiceLifecycle
import SymbolonAuthority
import SymbolonHTTPServices

/// Keeps the responder as it should be: what was revoked is answered so within a second, on every node.
actor RespondingService {
    let responder: Responder
    let measures = AnswerMeasures()
    private let observer: any ServerObserver
    private let publication = PublicationMeasures()
    private var told: ResponderFailure?
    private var isLate = false

    /// Nil: the issuing certificate's key cannot be read.
    init?(_ authority: LocalAuthority, observer: any ServerObserver) {
        guard let responder = Responder(authority.issuing, store: authority.store) else { return nil }
        self.responder = responder
        self.observer = observer
    }

    /// It answers nothing new, or soon will not: somebody must look.
    var faults: [String] { isLate ? ["\(PublicationKind.answers.rawValue)Late"] : [] }

    private func tick() async {
        do throws(ResponderFailure) {
            try await responder.follow()
            if told != nil { observer.server(.publicationResumed(.answers)) }
            told = nil
        } catch {
            publication.failed(.answers)
            if error != told { observer.server(.publicationFailed(.answers, because: error.explanation)) }
            told = error
        }
        let standing = responder.standing
        isLate = standing.isLate
        publication.late(.answers, isLate ? 1 : 0)
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
                try? await Task.sleep(for: .milliseconds(self.told == nil ? 250 : 1000))
            }
        }
    }
}
