public import Foundation
import SymbolonCertificates
public import SymbolonRevocation

/// The one place where presented certificates become a proved peer (RFC 5280 §6, RFC 9525, SPIFFE X.509-SVID §5).
///
/// A value: immutable, synchronous, safe to copy to every event loop. A changed anchor or revocation is a new verifier;
/// live peers are then put to `recheck`.
public struct Verifier: Sendable {
    private let anchors: AnchorSet
    private let revocation: RevocationSnapshot
    private let budget: WorkBudget
    private let cache: SignatureCache?

    /// - Parameters:
    ///   - anchors: the keys believed. None: nobody is.
    ///   - revocation: what is known of revocation; `.none` satisfies only expectations of best effort.
    ///   - budget: bounds on what one presented chain may cost.
    ///   - cache: facts shared between verifications; nil: everything is parsed and checked anew.
    public init(
        anchors: [TrustAnchor], revocation: RevocationSnapshot = .none, budget: WorkBudget = .standard,
        cache: SignatureCache? = nil
    ) {
        self.anchors = AnchorSet(anchors)
        self.revocation = revocation
        self.budget = budget
        self.cache = cache
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
        let standing = StandingCheck(revocation: revocation, mode: expectation.revocation, now: second)
        var builder = PathBuilder(chain, to: anchors, at: second, within: budget, cache: cache) {
            path, work throws(FailedAttempt) in
            var validation = PathValidation(path, expectation: expectation, standing: standing)
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
        let standing = StandingCheck(revocation: revocation, mode: peer.revocationMode, now: now.wholeSecond)
        try refusing(.anchor, path.anchor.parsed) { () throws(VerificationFailure) in
            try standing.checkValidity(of: path.anchor.certificate)
        }
        for (index, certificate) in path.certificates.enumerated() {
            try refusing(PathPlace(at: index), certificate) { () throws(VerificationFailure) in
                try standing.checkValidity(of: certificate.certificate)
                _ = try standing.checkRevocation(of: certificate.certificate, issuedBy: path.issuer(of: index))
            }
        }
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
