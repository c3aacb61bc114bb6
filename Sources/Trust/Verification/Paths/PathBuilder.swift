import Foundation
import SymbolonCertificates
import SymbolonKeys

/// Finds paths from the leaf to the anchors, depth first, and hands each one whose signatures hold to a judge until
/// one is accepted (RFC 4158).
///
/// Candidates are found by name; key identifiers and plain fitness only order them, so nothing that a stranger writes into
/// a hint can hide the good path. No certificate and no pair of subject and key stands in a path twice, so there are
/// no cycles. Branches that end nowhere are passed over and remembered for the report.
struct PathBuilder {
    typealias Judge = (SignedPath, inout WorkLeft) throws(FailedAttempt) -> VerifiedPeer

    private let certificates: [PathCertificate]
    private let anchors: AnchorSet
    private let now: Date
    private let maximumDepth: Int
    private let judge: Judge
    private var work: WorkLeft
    private var signatures: SignatureChecks
    private var attempts = FailedAttempts()
    private var issuersByName: [Swift.ObjectIdentifier: [PathCertificate]] = [:]

    init(
        _ chain: ParsedChain, to anchors: AnchorSet, at now: Date, within budget: WorkBudget,
        cache: SignatureCache?, judge: @escaping Judge
    ) {
        self.certificates = chain.certificates
        self.anchors = anchors
        self.now = now
        self.maximumDepth = budget.maximumDepth
        self.judge = judge
        self.work = WorkLeft(of: budget)
        self.signatures = SignatureChecks(cache: cache)
        for refusal in chain.unreadable { attempts.note(FailedAttempt(refusal, reach: .signatures(0))) }
    }

    /// The first path that the judge accepts.
    mutating func build() throws(Refusal) -> VerifiedPeer {
        do throws(VerificationFailure) {
            if let peer = try leafAsAnchor() { return peer }
            if let peer = try extend([certificates[0]]) { return peer }
        } catch {
            attempts.note(FailedAttempt(Refusal(error, .path), reach: .exhaustion))
        }
        let leaf = certificates[0]
        throw attempts.mostTelling() ?? Refusal(.issuerUnknown(issuer: leaf.certificate.issuer), .leaf, leaf)
    }

    /// A leaf that is, byte for byte, an anchor: the operator vouches for this very certificate.
    private mutating func leafAsAnchor() throws(VerificationFailure) -> VerifiedPeer? {
        let leaf = certificates[0]
        for anchor in anchors.identical(to: leaf.certificate) {
            if let peer = try judged(SignedPath(certificates: [leaf], anchor: anchor)) { return peer }
        }
        return nil
    }

    /// Tries every issuer of the last certificate, anchors first: the shorter path wins, and an old cross-certificate
    /// cannot spoil it. Throws only when the work is exhausted.
    private mutating func extend(_ path: [PathCertificate]) throws(VerificationFailure) -> VerifiedPeer? {
        let last = path[path.count - 1]
        let issuers = anchors.named(last.certificate.issuer)
        for anchor in ordered(issuers, for: last, certificate: \.parsed) {
            guard try isSigned(path, by: anchor.parsed, at: .anchor) else { continue }
            if let peer = try judged(SignedPath(certificates: path, anchor: anchor)) { return peer }
        }
        let candidates = named(last.certificate.issuer, for: last).filter { !path.holds($0) }
        guard candidates.isEmpty || path.depth < maximumDepth || candidates.allSatisfy(\.isSelfIssued) else {
            attempts.note(at: path, .pathTooDeep(limit: maximumDepth))
            return nil
        }
        for candidate in ordered(candidates, for: last, certificate: \.self)
        where path.depth < maximumDepth || candidate.isSelfIssued {
            guard try isSigned(path, by: candidate, at: .intermediate(path.count)) else { continue }
            if let peer = try extend(path + [candidate]) { return peer }
        }
        if issuers.isEmpty, candidates.isEmpty {
            attempts.note(
                at: path, last.isSelfIssued ? .selfSignedNotTrusted : .issuerUnknown(issuer: last.certificate.issuer))
        }
        return nil
    }

    /// The presented certificates, the leaf aside, that have this name. Looked for once for each certificate: a search may
    /// come by it hundreds of times, and comparing names is dear.
    private mutating func named(_ issuer: DistinguishedName, for subject: PathCertificate) -> [PathCertificate] {
        if let known = issuersByName[Swift.ObjectIdentifier(subject)] { return known }
        let found = certificates.dropFirst().filter { $0.certificate.subject == issuer }
        issuersByName[Swift.ObjectIdentifier(subject)] = found
        return found
    }

    /// Whether the issuer's key made the signature of the path's last certificate; when not, the reason is noted.
    private mutating func isSigned(
        _ path: [PathCertificate], by issuer: PathCertificate, at place: PathPlace
    ) throws(VerificationFailure) -> Bool {
        try work.spendPathStep()
        let last = path[path.count - 1]
        let algorithm: SignatureAlgorithm
        switch last.certificate.signatureAlgorithm {
        case .known(let known): algorithm = known
        case .unsupported(let oid):
            attempts.note(
                at: path,
                .algorithmNotAllowed(
                    last.certificate.signatureAlgorithmFailure ?? .unsupportedSignatureAlgorithm(oid: oid)))
            return false
        }
        let issuerKey: PublicKey
        switch issuer.key {
        case .success(let key): issuerKey = key
        case .failure(let failure):
            let tried = place == .anchor ? TriedPath(path, anchor: issuer) : TriedPath(path + [issuer])
            attempts.note(
                FailedAttempt(Refusal(.keyNotAllowed(failure), place, issuer), reach: .signatures(path.count)).on(tried)
            )
            return false
        }
        guard try signatures.holds(last, by: algorithm, under: issuerKey, of: issuer, spending: &work) else {
            attempts.note(at: path, .signatureInvalid(issuer: issuer.certificate.subject, algorithm: algorithm))
            return false
        }
        return true
    }

    private mutating func judged(_ path: SignedPath) throws(VerificationFailure) -> VerifiedPeer? {
        do throws(FailedAttempt) {
            return try judge(path, &work)
        } catch {
            attempts.note(error.on(TriedPath(path)))
            if case .workExhausted = error.refusal.failure { throw error.refusal.failure }
            return nil
        }
    }

    /// The likeliest first: fit to issue now, and named by the certificate's authority key identifier.
    private func ordered<Issuer>(
        _ issuers: [Issuer], for subject: PathCertificate, certificate: KeyPath<Issuer, PathCertificate>
    ) -> [Issuer] {
        guard issuers.count > 1 else { return issuers }
        let hint = subject.extensions.authorityKeyIdentifier?.keyIdentifier
        let penalties = issuers.map { penalty(of: $0[keyPath: certificate], hint: hint) }
        return issuers.indices
            .sorted { (penalties[$0], $0) < (penalties[$1], $1) }
            .map { issuers[$0] }
    }

    /// RFC 4158 §3.5: authority and validity first, then key identifiers: equal, one absent, different.
    private func penalty(of issuer: PathCertificate, hint: [UInt8]?) -> Int {
        let certificate = issuer.certificate
        let isFit = issuer.isAuthority && certificate.notBefore <= now && now <= certificate.notAfter
        let identifier = issuer.extensions.subjectKeyIdentifier
        let mismatch = hint == nil || identifier == nil ? 1 : hint == identifier ? 0 : 2
        return (isFit ? 0 : 3) + mismatch
    }
}

extension [PathCertificate] {
    /// Intermediates, self-issued ones not counted, as pathLenConstraint counts them (RFC 5280 §4.2.1.9).
    fileprivate var depth: Int { dropFirst().count { !$0.isSelfIssued } }

    /// Whether this certificate, or another of its subject and key, is in the path already (RFC 4158 §2.4.2: loops).
    fileprivate func holds(_ candidate: PathCertificate) -> Bool {
        contains {
            $0 === candidate
                || $0.publicKey != nil && $0.publicKey == candidate.publicKey
                    && $0.certificate.subject == candidate.certificate.subject
        }
    }
}
