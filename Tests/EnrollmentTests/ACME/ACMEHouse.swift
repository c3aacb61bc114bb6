import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonTestSupport
import SymbolonTokens
import SymbolonWire
import Synchronization

@testable import SymbolonEnrollment

/// An authority, its ACME server, and what the world around it answers.
struct ACMEHouse: Sendable {
    static let host = "acme.example.internal:8443"

    let certificates = InMemoryStore()
    let store: InMemoryACMEStore
    let clock = ManualClock()
    let authority: IssuingAuthority
    let world = World()
    let server: ACMEServer

    /// - Parameter firstLook: a minute unless told, so that no test hangs on how busy its machine is.
    init(
        _ configuration: ACMEConfiguration = ACMEConfiguration(), caa: Bool = false, firstLook: Duration = .seconds(60)
    ) async throws {
        var configuration = configuration
        configuration.firstLook = firstLook
        let (certificates, clock) = (certificates, clock)
        let creation = AuthorityCreation(
            try AuthorityConfiguration(trustDomain: TrustDomain("example.internal")))
        _ = try await creation.run(in: certificates, actor: "operator", at: noon)
        authority = try await IssuingAuthority.open(
            certificates, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey),
            clock: { clock.now })
        store = InMemoryACMEStore(audit: certificates)
        server = ACMEServer(
            configuration, authority: authority, certificates: certificates, store: store, validation: world,
            caa: caa ? world : NoCAACheck(), clock: { clock.now })
    }

    /// A second server on the same store.
    func otherServer() -> ACMEServer {
        let clock = clock
        return ACMEServer(
            server.configuration, authority: authority, certificates: certificates, store: store, validation: world,
            caa: NoCAACheck(), clock: { clock.now })
    }

    func auditEvents() throws -> [AuditEvent] { try certificates.snapshot.audit.map { try AuditEntry($0).event } }
    func auditKinds() throws -> [AuditEventKind] { try auditEvents().map(\.kind) }
}

/// Who answers challenges, and what CAA records say.
final class World: ChallengeValidation, CAACheck {
    private struct State {
        var failures: [String: ValidationFailure] = [:]
        var caa: [String: ValidationFailure] = [:]
        var questions: [ChallengeQuestion] = []
        var caaQuestions: [CAAQuestion] = []
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var questions: [ChallengeQuestion] { state.withLock { $0.questions } }
    var caaQuestions: [CAAQuestion] { state.withLock { $0.caaQuestions } }

    /// Every look at this name fails so; nil: none any more.
    func fail(_ name: String, with failure: ValidationFailure?) { state.withLock { $0.failures[name] = failure } }
    func forbid(_ name: String, with failure: ValidationFailure?) { state.withLock { $0.caa[name] = failure } }

    /// Lets looks wait until `release`.
    func hold() { state.withLock { $0.isHeld = true } }

    func release() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for one in held { one.resume() }
    }

    private func passed() async {
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.isHeld { state.held.append(continuation) }
                return state.isHeld
            }
            if !isHeld { continuation.resume() }
        }
    }

    func validate(_ question: ChallengeQuestion) async throws(ValidationFailure) -> ValidationEvidence {
        let failure = state.withLock { state in
            state.questions.append(question)
            return state.failures[question.identifier.value]
        }
        await passed()
        if let failure { throw failure }
        return ValidationEvidence(place: "192.0.2.7:80", details: ["status": "200"])
    }

    func check(_ question: CAAQuestion) async throws(ValidationFailure) {
        let failure = state.withLock { state in
            state.caaQuestions.append(question)
            return state.caa[question.identifier.value]
        }
        if let failure { throw failure }
    }
}
