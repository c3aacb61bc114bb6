import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonRevocation
import SymbolonTestSupport
import SymbolonVerification
import Testing

/// The trust domain of `TestPKI`.
let domain = try! TrustDomain(TestPKI.trustDomain)

/// Silence about revocation is not what these tests are about.
let quietly = RevocationMode.bestEffort(because: "the test has no revocation source")

extension TestPKI {
    /// The root, believed for the tests' trust domain.
    var trusted: TrustAnchor { TrustAnchor(anchor, for: domain) }

    /// Presents the leaf and the issuing certificate to a verifier that trusts the root.
    @discardableResult
    func verified(
        for purpose: Purpose = .server, as names: [String] = [], at now: Date = noon
    ) throws -> VerifiedPeer {
        try verify(der, trusting: [trusted], for: purpose, as: names, at: now)
    }

    /// The refusal of this chain; a chain that is accepted is a failed test.
    func refusal(for purpose: Purpose = .server, as names: [String] = [], at now: Date = noon) -> Refusal? {
        verificationRefusal(der, trusting: [trusted], for: purpose, as: names, at: now)
    }
}

@discardableResult
func verify(
    _ chain: [[UInt8]], trusting anchors: [TrustAnchor], for purpose: Purpose = .server, as names: [String] = [],
    at now: Date = noon, within budget: WorkBudget = .standard, cache: SignatureCache? = nil,
    profile: VerificationProfile = .strict, policies: PolicyExpectation = .none
) throws -> VerifiedPeer {
    let expectation = Expectation(
        purpose, names: try names.map { try ReferenceName($0) }, revocation: quietly, policies: policies)
    return try Verifier(anchors: anchors, budget: budget, cache: cache, profile: profile)
        .verify(PresentedChain(der: chain), expecting: expectation, at: now)
}

func verificationRefusal(
    _ chain: [[UInt8]], trusting anchors: [TrustAnchor], for purpose: Purpose = .server, as names: [String] = [],
    at now: Date = noon, within budget: WorkBudget = .standard, profile: VerificationProfile = .strict,
    policies: PolicyExpectation = .none
) -> Refusal? {
    do {
        try verify(
            chain, trusting: anchors, for: purpose, as: names, at: now, within: budget, profile: profile,
            policies: policies)
        Issue.record("accepted")
        return nil
    } catch {
        return error as? Refusal
    }
}

/// One thing wrong with the good chain, and the one refusal that it earns.
struct Spoiled: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let failure: VerificationFailure
    let place: PathPlace
    let purpose: Purpose
    let names: [String]
    let spoil: @Sendable (inout TestPKI) -> Void

    init(
        _ description: String, _ failure: VerificationFailure, at place: PathPlace, for purpose: Purpose = .server,
        as names: [String] = [], _ spoil: @escaping @Sendable (inout TestPKI) -> Void
    ) {
        self.testDescription = description
        self.failure = failure
        self.place = place
        self.purpose = purpose
        self.names = names
        self.spoil = spoil
    }

    func check(sourceLocation: SourceLocation = #_sourceLocation) {
        var chain = TestPKI.goodChain()
        #expect(throws: Never.self, sourceLocation: sourceLocation) { try chain.verified(for: purpose, as: names) }
        spoil(&chain)
        let refusal = chain.refusal(for: purpose, as: names)
        #expect(refusal?.failure == failure, sourceLocation: sourceLocation)
        #expect(refusal?.place == place, sourceLocation: sourceLocation)
    }
}

func dnsPattern(_ text: String) -> SubjectName { .dns(try! DNSPattern(text)) }
func spiffe(_ text: String) -> SPIFFEID { try! SPIFFEID(text) }

/// A certificate that issues: an authority beside those of the good chain.
func authority(_ name: String, key: String? = nil, serialNumber: UInt8 = 0x10) -> CertificateSpec {
    var spec = TestPKI.goodChain().issuing
    spec.subject = TestPKI.name(name)
    spec.serialNumber = [serialNumber]
    spec.use(TestKeys.key(key ?? name))
    spec.basicConstraints = BasicConstraints(isAuthority: true)
    return spec
}

/// A root of its own, trusted or not as the test likes.
func root(_ name: String, key: String? = nil) -> CertificateSpec {
    var spec = authority(name, key: key)
    spec.authorityKeyIdentifier = .absent
    return spec
}

extension CertificateSpec {
    var parsedRoot: Certificate { try! Certificate(der: selfSigned()) }
}
