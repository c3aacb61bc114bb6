internal import Foundation
internal import SymbolonCertificates
public import SymbolonVerification

/// Whether makers have to vouch for authenticators (WebAuthn Level 3 §7.1 step 24).
public enum AttestationPolicy: Sendable {
    /// Any will do, and nothing that it says of itself is believed.
    case notAsked
    /// Any will do; what its maker says is believed where one of these anchors vouches for the maker.
    case asked(anchors: [TrustAnchor])
    /// One of these anchors vouches for the maker.
    /// - Parameter models: those that are allowed; nil: all of the maker's.
    case required(anchors: [TrustAnchor], models: Set<AuthenticatorModel>?)

    func judge(
        _ made: MadeAttestation, model: AuthenticatorModel, at now: Date
    ) throws(PasskeyFailure) -> AttestationKind {
        switch (self, made) {
        case (.required, .none): throw .attestationRequired(had: .none)
        case (.required, .selfSigned): throw .attestationRequired(had: .selfSigned)
        case (_, .none): return .none
        case (_, .selfSigned): return .selfSigned
        case (.notAsked, .chain): return .unvouched
        case (.asked(let anchors), .chain(let chain)):
            return (try? Self.kind(of: chain, under: anchors, at: now)) ?? .unvouched
        case (.required(let anchors, let models), .chain(let chain)):
            let kind: AttestationKind
            do throws(Refusal) {
                kind = try Self.kind(of: chain, under: anchors, at: now)
            } catch {
                throw .attestationUntrusted(error)
            }
            if let models, !models.contains(model) { throw .modelNotAllowed(model) }
            return kind
        }
    }

    private static func kind(
        of chain: [Certificate], under anchors: [TrustAnchor], at now: Date
    ) throws(Refusal) -> AttestationKind {
        // Attestation certificates have no name and no purpose that the rules for TLS know.
        let verifier = Verifier(anchors: anchors, profile: .rfc5280)
        let peer = try verifier.verify(
            PresentedChain(der: chain.map(\.der)),
            expecting: Expectation(.any, revocation: .bestEffort(because: "makers list withdrawn models, by no CRL")),
            at: now)
        return .vouched(anchor: peer.path.anchor.subject.description)
    }
}
