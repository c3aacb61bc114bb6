import SymbolonCertificates

/// Reads a TBSCertificate that is about to be signed as a stranger would, and says everything that is wrong with it.
///
/// It shares no code with what builds certificates: the two are written from the standard and the profile table, and
/// must agree.
public struct Lint {
    let certificate: Certificate
    let profile: CertificateProfile
    let issuer: LintIssuer
    let configuration: AuthorityConfiguration
    private let findings = Findings()

    private init(
        _ certificate: Certificate, _ profile: CertificateProfile, _ issuer: LintIssuer,
        _ configuration: AuthorityConfiguration
    ) {
        self.certificate = certificate
        self.profile = profile
        self.issuer = issuer
        self.configuration = configuration
    }

    /// - Parameter tbs: DER of a TBSCertificate.
    /// - Returns: nothing, when it may be signed.
    public static func check(
        tbs: [UInt8], against profile: CertificateProfile, issuer: LintIssuer, configuration: AuthorityConfiguration
    ) -> [LintFinding] {
        read(tbs, against: profile, issuer: issuer, configuration: configuration).findings
    }

    static func read(
        _ tbs: [UInt8], against profile: CertificateProfile, issuer: LintIssuer, configuration: AuthorityConfiguration
    ) -> (certificate: Certificate?, findings: [LintFinding]) {
        do {
            // A certificate with a signature still to come parses; nothing here looks at the signature.
            let certificate = try Certificate.assemble(tbs: tbs, algorithm: issuer.signatureAlgorithm, signature: [])
            guard certificate.tbsBytes.elementsEqual(tbs) else {
                return (nil, [LintFinding(rule: .wellFormed, found: "bytes after the certificate", expected: "none")])
            }
            let lint = Lint(certificate, profile, issuer, configuration)
            lint.checkFields()
            lint.checkExtensions()
            lint.checkNames()
            return (certificate, lint.findings.list)
        } catch {
            return (nil, [LintFinding(rule: .wellFormed, found: error.explanation, expected: "strict DER")])
        }
    }

    /// Where the checks, which change nothing else, write.
    private final class Findings {
        var list: [LintFinding] = []
    }

    func require(
        _ condition: Bool, _ rule: LintRule, found: @autoclosure () -> String, expected: @autoclosure () -> String
    ) {
        if !condition { findings.list.append(LintFinding(rule: rule, found: found(), expected: expected())) }
    }
}
