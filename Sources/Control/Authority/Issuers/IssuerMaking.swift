import Foundation
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames

/// Makes an authority's own certificates. They go through the same build, lint, permit, sign and compare as every leaf.
struct IssuerMaking {
    let configuration: AuthorityConfiguration
    let now: Date
    private var serialNumbers: SerialNumberSource

    init(_ configuration: AuthorityConfiguration, at now: Date, random: any RandomNumberGenerator & Sendable) {
        self.configuration = configuration
        self.now = now
        serialNumbers = SerialNumberSource(random: random)
    }

    mutating func root(_ signer: any CertificateSigner) throws(IssuanceFailure) -> SigningIssuer {
        let name = try name(Self.rootWord, signer.publicKey)
        let certificate = try certificate(
            of: .root, name, key: signer.publicKey, notAfter: now + configuration.rootLife.wholeSeconds, signer: signer,
            issuer: LintIssuer(
                selfSigned: name, key: signer.publicKey, signingWith: signer.signatureAlgorithm))
        guard let root = SigningIssuer(certificate, signer: signer) else { throw .keyKind(signer.publicKey.kind) }
        return root
    }

    /// A certificate for an issuing key. It ends with its root at the latest.
    mutating func issuing(_ key: PublicKey, below root: SigningIssuer) throws(IssuanceFailure) -> Certificate {
        try certificate(
            of: .issuing, try name("Issuing", key), key: key,
            notAfter: min(now + configuration.issuingLife.wholeSeconds, root.certificate.notAfter),
            signer: root.signer, issuer: root.issuer)
    }

    /// A root's word for the next one. It is no part of any path: below it nothing may stand but what signs leaves.
    mutating func introduction(of root: SigningIssuer, by older: SigningIssuer) throws(IssuanceFailure) -> Certificate {
        try certificate(
            of: .root, root.certificate.subject, key: root.signer.publicKey,
            notAfter: min(root.certificate.notAfter, older.certificate.notAfter), signer: older.signer,
            issuer: older.issuer)
    }

    /// How the common name of a root begins, and of nothing else that a root certifies.
    static let rootWord = "Root"

    /// `Root 1a2b3c4d5e6f7a8b`: part of the key's fingerprint keeps the names of successive authorities apart.
    private func name(_ role: String, _ key: PublicKey) throws(IssuanceFailure) -> DistinguishedName {
        do {
            return try DistinguishedName(
                commonName: "\(role) \(Issuer.name(of: key.fingerprint))", organization: configuration.organisation)
        } catch {
            throw .certificate(error)
        }
    }

    private mutating func certificate(
        of profile: CertificateProfile, _ subject: DistinguishedName, key: PublicKey, notAfter: Date,
        signer: any CertificateSigner, issuer: LintIssuer
    ) throws(IssuanceFailure) -> Certificate {
        guard case .authority(let longest) = profile.role else { throw .profileIsNotForLeaves(profile.name) }
        let pathLength = issuer.pathLength.map { min(longest, $0 - 1) } ?? longest
        let serialNumber: SerialNumber
        do throws(CertificateFailure) {
            serialNumber = try serialNumbers.next()
        } catch {
            throw .certificate(error)
        }
        let notBefore = max(
            (now - IssuingAuthority.backdating.wholeSeconds).cutToSecond, issuer.validity?.lowerBound ?? .distantPast)
        let tbs = profile.authority(
            subject, key: key, pathLength: pathLength, of: configuration, serialNumber: serialNumber,
            validity: (notBefore, notAfter.cutToSecond), issuer: issuer)
        let linted = try Lint.pass(tbs, against: profile, issuer: issuer, configuration: configuration)
        let signing = CertificateSigning(signer: signer, faults: .none)
        return try signing.release(try signing.sign(IssuancePermit(for: linted)), linted: linted)
    }
}
