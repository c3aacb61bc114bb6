import Foundation
import SymbolonCertificates
import SymbolonNames
import SymbolonRevocation

/// RFC 5280 §6.1 for one path, in the order of the RFC: initialization, then for each certificate from the anchor down
/// to the leaf the basic processing and either the preparation for the next or the wrap-up.
///
/// Each check is one function in its own file under Checks. What the RFC leaves open and our profile decides is cited at
/// the check, and stands in `VerificationProfile`.
struct PathValidation {
    private let path: SignedPath
    private let expectation: Expectation
    private let standing: StandingCheck
    private let rules: Rules

    // RFC 5280 §6.1.2: the state that each certificate narrows for those below it.
    private var constraints: [NameConstraintsCheck.Stated] = []
    private var pathLength = PathLengthLimit()
    private var policies: PolicyState

    init(_ path: SignedPath, expectation: Expectation, profile: VerificationProfile, standing: StandingCheck) {
        self.path = path
        self.expectation = expectation
        self.standing = standing
        self.rules = Rules(profile: profile, purpose: expectation.purpose)
        self.policies = PolicyState(expectation.policies, length: path.certificates.count)
    }

    /// - Throws: the first check that failed, with how far the path came.
    mutating func validate(spending work: inout WorkLeft) throws(FailedAttempt) -> VerifiedPeer {
        var passed = 0
        do throws(Refusal) {
            var status = RevocationStatus.unknown(.noSource)
            if !path.leafIsAnchor {
                try initialize()
                passed += 1
            }
            for index in path.certificates.indices.reversed() {
                status = try processBasically(index, spending: &work)
                if index > 0 { try prepareForNext(after: index) }
                passed += 1
            }
            return try wrapUp(leafStatus: status, spending: &work)
        } catch {
            throw FailedAttempt(error, reach: .anchor(passed))
        }
    }

    /// RFC 5280 §6.1.1(d), §6.1.2: the anchor. The RFC takes only its name and key; an anchor that comes as a
    /// certificate is held to what that certificate says, as §6.2 allows.
    private mutating func initialize() throws(Refusal) {
        let anchor = path.anchor.parsed
        try refusing(.anchor, anchor) { () throws(VerificationFailure) in
            try CertificateForm.checkAnchor(anchor, by: rules)
            try standing.checkValidity(of: anchor.certificate)
            try admitIssuer(anchor)
            try KeyIdentifierCheck.checkAnchor(path.anchor, by: rules)
            try WebServerCheck.checkRoot(anchor, by: rules)
            policies.narrow(by: anchor)
        }
    }

    /// RFC 5280 §6.1.3. (a)(1), the signature, and (a)(4), the chaining of names, hold for every `SignedPath`.
    private mutating func processBasically(
        _ index: Int, spending work: inout WorkLeft
    ) throws(Refusal) -> RevocationStatus {
        let parsed = path.certificates[index]
        return try refusing(PathPlace(at: index), parsed) { () throws(VerificationFailure) in
            try CertificateForm.check(parsed, by: rules)
            try KeyIdentifierCheck.check(parsed, under: path.leafIsAnchor ? nil : path.issuer(of: index), by: rules)
            // (a)(2)
            try standing.checkValidity(of: parsed.certificate)
            // (a)(3)
            let status = try standing.checkRevocation(at: index, of: path)
            // (b), (c)
            if index == 0 || !parsed.isSelfIssued {
                try NameConstraintsCheck.check(parsed, against: constraints, spending: &work)
            }
            try policies.process(parsed, isLeaf: index == 0)
            return status
        }
    }

    /// RFC 5280 §6.1.4: an intermediate, as the issuer of the next certificate down.
    private mutating func prepareForNext(after index: Int) throws(Refusal) {
        let intermediate = path.certificates[index]
        try refusing(PathPlace(at: index), intermediate) { () throws(VerificationFailure) in
            // (a), (b), (h), (i), (j)
            try policies.prepare(after: intermediate)
            // (l)
            try pathLength.pass(intermediate)
            try admitIssuer(intermediate)
            try SPIFFECheck.checkAuthority(intermediate, under: path.anchor)
        }
    }

    /// RFC 5280 §6.1.4(g), (k), (m), (n), (o), and the extended key usage that restricts all below.
    private mutating func admitIssuer(_ issuer: PathCertificate) throws(VerificationFailure) {
        // (g)
        if let named = issuer.extensions.nameConstraints {
            constraints.append(NameConstraintsCheck.Stated(authority: issuer.certificate.subject, constraints: named))
        }
        // (k)
        try BasicConstraintsCheck.checkAuthority(issuer, by: rules)
        // (m)
        pathLength.narrow(to: issuer.extensions.basicConstraints?.pathLength)
        // (n)
        try KeyUsageCheck.checkAuthority(issuer, by: rules)
        // (o)
        try CriticalExtensionsCheck.check(issuer, by: rules)
        if rules.askConformance { try KeyIdentifierCheck.checkAuthority(issuer) }
        try ExtendedKeyUsageCheck.checkAuthority(issuer, for: expectation.purpose)
    }

    /// RFC 5280 §6.1.5: the leaf, for what it is to be used.
    private mutating func wrapUp(
        leafStatus: RevocationStatus, spending work: inout WorkLeft
    ) throws(Refusal) -> VerifiedPeer {
        let leaf = path.certificates[0]
        let (names, accepted) = try refusing(.leaf, leaf) { () throws(VerificationFailure) in
            // (a), (b), (g)
            let accepted = try policies.wrapUp(leaf)
            // (f)
            try CriticalExtensionsCheck.check(leaf, by: rules)
            try BasicConstraintsCheck.checkLeaf(leaf, by: rules)
            try KeyUsageCheck.checkLeaf(leaf, by: rules)
            try ExtendedKeyUsageCheck.checkLeaf(leaf, by: rules)
            let named = try SubjectAlternativeNamesCheck.check(leaf, by: rules)
            try SPIFFECheck.checkLeaf(leaf, named: named, under: path.anchor)
            let names = try SPIFFECheck.believed(named, under: path.anchor)
            try ServiceNameCheck.check(names, against: expectation.names, spending: &work)
            try WebServerCheck.checkLeaf(leaf, named: named, by: rules)
            return (names, accepted)
        }
        return VerifiedPeer(
            identity: (names.first(where: \.isSPIFFE) ?? names.first).map { .name($0) }
                ?? .subject(leaf.certificate.subject),
            names: names,
            path: VerifiedPath(path, policies: accepted),
            revocation: leafStatus,
            under: expectation.revocation,
            evidence: standing.evidence,
            validUntil: path.validUntil)
    }
}

extension SignedPath {
    /// The earliest `notAfter` of the path, the anchor's included.
    fileprivate var validUntil: Date {
        certificates.reduce(anchor.certificate.notAfter) { min($0, $1.certificate.notAfter) }
    }
}

extension SubjectName {
    var isSPIFFE: Bool {
        if case .spiffe = self { true } else { false }
    }
}
