import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonRevocation
import SymbolonVerification

/// One certificate to judge, with everything that the judgement rests on.
struct VerificationQuestion: Sendable {
    /// In DER, as are the others; what cannot be parsed is the verifier's to judge.
    var leaf: [UInt8]
    var intermediates: [[UInt8]] = []
    var roots: [[UInt8]] = []
    var at: Date
    var purpose = Purpose.any
    var names: [ReferenceName] = []
    var revocation = RevocationDemand.off
    var sources = RevocationSources()
    /// OCSP answers that came with the leaf's handshake: a part of what was presented, and read whatever is demanded.
    var stapledAnswers: [[UInt8]] = []
    var profile = NamedProfile.strict
    var policies = PolicyExpectation.none
    var maximumDepth: Int?
    /// The one domain whose SPIFFE IDs the roots speak for; nil: the one that a root names, else the leaf's own, since
    /// whoever gives roots for one certificate means them for it.
    var trustDomain: TrustDomain?

    /// - Throws: the refusal of the path that came furthest, with those of the others.
    func answer() throws(Refusal) -> VerifiedPeer {
        var budget = WorkBudget.standard
        if let maximumDepth { budget.maximumDepth = maximumDepth }
        let verifier = Verifier(
            anchors: anchors, sources: revocation == .off ? RevocationSources() : sources, budget: budget,
            profile: profile.rules)
        let presented = PresentedChain(der: [leaf] + intermediates, stapledAnswers: stapledAnswers)
        let expectation = Expectation(purpose, names: names, revocation: revocation.mode, policies: policies)
        return try verifier.verify(presented, expecting: expectation, at: at)
    }

    /// Why there are roots and none of them can be believed; nil when one can be read, or none was given.
    var rootsUnreadable: CertificateFailure? {
        var failure: CertificateFailure?
        for root in roots {
            do {
                _ = try Certificate(der: root)
                return nil
            } catch {
                failure = error
            }
        }
        return failure
    }

    /// A root that cannot be read is not there.
    private var anchors: [TrustAnchor] {
        let leafDomain = trustDomain == nil ? (try? Certificate(der: leaf))?.namedTrustDomain : nil
        return roots.compactMap { try? Certificate(der: $0) }.map {
            TrustAnchor($0, for: trustDomain ?? $0.namedTrustDomain ?? leafDomain)
        }
    }
}

/// Whether it must be known that no certificate of the path is revoked.
enum RevocationDemand: String, CaseIterable, Sendable {
    /// Configured lists and answers are not looked at.
    case off
    case required

    var mode: RevocationMode {
        switch self {
        case .off: .bestEffort(because: "revocation was not asked for")
        case .required: .required
        }
    }
}

/// The profiles by name, as commands and lines of a batch have them.
enum NamedProfile: String, CaseIterable, Sendable {
    case rfc5280, strict

    var rules: VerificationProfile {
        switch self {
        case .rfc5280: .rfc5280
        case .strict: Self.strictRules
        }
    }

    /// With the suffixes that no wildcard may stand right before, where the system has them.
    private static let strictRules: VerificationProfile = {
        // Debian's package `publicsuffix`.
        let list = try? String(contentsOfFile: "/usr/share/publicsuffix/public_suffix_list.dat", encoding: .utf8)
        return list.map { .strict.refusingWildcards(under: PublicSuffixes(list: $0)) } ?? .strict
    }()
}

extension Certificate {
    /// The trust domain of its SPIFFE ID.
    fileprivate var namedTrustDomain: TrustDomain? {
        for name in extensions.subjectAlternativeNames ?? [] {
            if case .spiffe(let identity) = try? name.subjectName() { return identity.trustDomain }
        }
        return nil
    }
}
