public import Foundation
import SymbolonCertificates
public import SymbolonRevocation

/// The one place where presented certificates become a proved peer (RFC 5280 §6, RFC 9525, SPIFFE X.509-SVID §5).
///
/// A value: immutable, synchronous, safe to copy to every event loop. A changed anchor or revocation is a new verifier;
/// live peers are then put to `recheck`.
public struct Verifier: Sendable {
    private let anchors: AnchorSet
    private let revocation: RevocationSources
    private let budget: WorkBudget
    private let cache: SignatureCache?
    private let profile: VerificationProfile

    /// - Parameters:
    ///   - anchors: the keys believed. None: nobody is.
    ///   - revocation: what is known of revocation; `.none` satisfies only expectations of best effort.
    ///   - budget: bounds on what one presented chain may cost.
    ///   - cache: facts shared between verifications; nil: everything is parsed and checked anew.
    ///   - profile: which rules hold beyond those of RFC 5280 §6.1.
    public init(
        anchors: [TrustAnchor], revocation: RevocationSnapshot = .none, budget: WorkBudget = .standard,
        cache: SignatureCache? = nil, profile: VerificationProfile = .strict
    ) {
        self.init(
            anchors: anchors, sources: RevocationSources(snapshot: revocation), budget: budget, cache: cache,
            profile: profile)
    }

    /// - Parameters:
    ///   - anchors: the keys believed. None: nobody is.
    ///   - sources: what is known of revocation: lists and answers beside a snapshot.
    ///   - budget: bounds on what one presented chain may cost.
    ///   - cache: facts shared between verifications; nil: everything is parsed and checked anew.
    ///   - profile: which rules hold beyond those of RFC 5280 §6.1.
    public init(
        anchors: [TrustAnchor], sources: RevocationSources, budget: WorkBudget = .standard,
        cache: SignatureCache? = nil, profile: VerificationProfile = .strict
    ) {
        self.anchors = AnchorSet(anchors)
        self.revocation = sources
        self.budget = budget
        self.cache = cache
        self.profile = profile
    }

    /// Proves the first presented certificate, or says why not.
    ///
    /// - Parameters:
    ///   - presented: what came from the wire. The first certificate is the peer's; its key must have signed the handshake.
    ///   - now: the moment to judge by; fractions of a second are dropped (RFC 5280 §4.1.2.5 knows whole seconds).
    /// - Throws: the refusal of the path that came furthest, with those of the others.
    public func verify(
        _ presented: PresentedChain, expecting expectation: Expectation, at now: Date
    ) throws(Refusal) -> VerifiedPeer {
        let chain = try ParsedChain(presented, within: budget, cache: cache)
        let second = now.wholeSecond
        let standing = StandingCheck(
            revocation: revocation, mode: expectation.revocation, evidence: evidence(of: presented, chain), now: second)
        var builder = PathBuilder(chain, to: anchors, at: second, within: budget, cache: cache) {
            path, work throws(FailedAttempt) in
            var validation = PathValidation(path, expectation: expectation, profile: profile, standing: standing)
            return try validation.validate(spending: &work)
        }
        let peer = try builder.build()
        cache?.keep(peer.path.signed)
        return peer
    }

    /// Whether a peer that was proved before still stands: its anchor is still believed, no certificate of its path has
    /// expired or been revoked, and revocation is known as far as it was asked for. For live connections.
    ///
    /// Signatures, purpose and names do not change and are not looked at again.
    public func recheck(_ peer: VerifiedPeer, at now: Date) throws(Refusal) {
        let path = peer.path.signed
        guard anchors.contains(path.anchor) else {
            throw Refusal(.anchorWithdrawn(subject: path.anchor.subject), .anchor, path.anchor.parsed)
        }
        let standing = StandingCheck(
            revocation: revocation, mode: peer.revocationMode, evidence: peer.evidence, now: now.wholeSecond)
        try refusing(.anchor, path.anchor.parsed) { () throws(VerificationFailure) in
            try standing.checkValidity(of: path.anchor.certificate)
        }
        for (index, certificate) in path.certificates.enumerated() {
            try refusing(PathPlace(at: index), certificate) { () throws(VerificationFailure) in
                try standing.checkValidity(of: certificate.certificate)
                _ = try standing.checkRevocation(at: index, of: path)
            }
        }
    }
}

extension Verifier {
    /// What the peer brought that bears on revocation: answers, and certificates among which signers of lists may be.
    private func evidence(of presented: PresentedChain, _ chain: ParsedChain) -> RevocationEvidence {
        // An answer for each certificate of the deepest path; more cannot be of use.
        let answers = presented.stapledAnswers.prefix(budget.maximumDepth + 1).compactMap { try? StatusAnswer(der: $0) }
        return RevocationEvidence(
            answers: answers, certificates: revocation.isSnapshotAlone ? [] : chain.certificates.map(\.certificate))
    }
}

/// Runs checks on one certificate and says of a failure where it arose.
func refusing<Value>(
    _ place: PathPlace, _ certificate: PathCertificate, _ checks: () throws(VerificationFailure) -> Value
) throws(Refusal) -> Value {
    do throws(VerificationFailure) {
        return try checks()
    } catch {
        throw Refusal(error, place, certificate)
    }
}

extension Date {
    /// Without its fraction of a second.
    var wholeSecond: Date { Date(timeIntervalSince1970: timeIntervalSince1970.rounded(.down)) }
}
