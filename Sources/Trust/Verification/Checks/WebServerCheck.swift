import SymbolonCertificates
import SymbolonKeys
import SymbolonNames

/// CA/Browser Forum TLS rules: what authorities on the Web may put into the certificate of a server, and above it.
///
/// A leaf with a SPIFFE ID follows SPIFFE X.509-SVID, which gives these fields no meaning; it is left alone.
enum WebServerCheck {
    static func checkLeaf(
        _ leaf: PathCertificate, named names: [SubjectName], by rules: Rules
    ) throws(VerificationFailure) {
        guard rules.purpose == .server else { return }
        if let suffixes = rules.profile.publicSuffixes { try checkWildcards(names, against: suffixes) }
        guard rules.profile.holdsServersToWebRules, !names.contains(where: \.isSPIFFE) else { return }
        try checkMarks(of: leaf)
        for text in leaf.certificate.subject.texts(of: .commonName) {
            try CommonNameCheck.check(text, in: leaf.extensions.subjectAlternativeNames ?? [], meaning: names)
        }
    }

    /// 7.1.2.1.2: a root restricts no purposes, since its own are those of everything below. 7.1.2.1.3: a root says that
    /// its own key signed it, and by the key's identifier alone.
    static func checkRoot(_ anchor: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        guard rules.isForWebServer, anchor.isSelfIssued else { return }
        try checkSignatureAlgorithm(of: anchor)
        if let usage = anchor.extensions.extendedKeyUsage { throw .extendedKeyUsageOnRoot(usage) }
        guard let stated = anchor.extensions.authorityKeyIdentifier else { return }
        guard stated.issuer == nil, stated.keyIdentifier != nil else { throw .rootNamesIssuerBySerialNumber }
    }

    /// 7.1.3.2: nothing is signed with what is not listed there; SHA-1 only where it was so from the first, as in the oldest
    /// roots. Nothing rests on the signature itself.
    private static func checkSignatureAlgorithm(of root: PathCertificate) throws(VerificationFailure) {
        guard let failure = root.certificate.signatureAlgorithmFailure,
            failure != .refusedSignatureAlgorithm(name: "sha1WithRSAEncryption")
        else { return }
        throw .algorithmNotAllowed(failure)
    }

    /// 7.1.2.7.6, 7.1.2.7.12: a verifier that does not know them may read on, unless they are all there is.
    private static func checkMarks(of leaf: PathCertificate) throws(VerificationFailure) {
        let extensions = leaf.extensions
        guard extensions.isCritical(.extendedKeyUsage) != true else {
            throw .extensionMustNotBeCritical(.extendedKeyUsage)
        }
        guard leaf.certificate.subject.isEmpty || extensions.isCritical(.subjectAlternativeName) != true else {
            throw .extensionMustNotBeCritical(.subjectAlternativeName)
        }
    }

    /// 3.2.2.6: a wildcard right below a public suffix would stand for everybody's domains, "unless the Applicant proves
    /// its rightful control of the entire Domain Namespace": a certificate for the suffix itself is that owner's.
    private static func checkWildcards(
        _ names: [SubjectName], against suffixes: PublicSuffixes
    ) throws(VerificationFailure) {
        for case .dns(let pattern) in names where pattern.isWildcard && suffixes.contains(pattern.base) {
            guard names.contains(.dns(DNSPattern(pattern.base))) else { throw .wildcardUnderPublicSuffix(pattern) }
        }
    }
}
