import SymbolonCertificates

/// RFC 5280 §4.2.1.1, §4.2.1.2: that key identifiers are there, and name one key alike. They prove nothing: the key does.
enum KeyIdentifierCheck {
    /// RFC 5280 §4.2.1.1: a certificate says by which key it was issued; only one that signed itself, which as a peer's is
    /// itself the anchor, need not. Its own name as the issuer's does not show that: a key rollover has it too. Where the
    /// profile has it so, what it says is what the issuer says of itself.
    static func check(
        _ parsed: PathCertificate, under issuer: PathCertificate?, by rules: Rules
    ) throws(VerificationFailure) {
        let stated = parsed.extensions.authorityKeyIdentifier?.keyIdentifier
        if rules.profile.requiresMatchingKeyIdentifiers, let stated,
            let known = issuer?.extensions.subjectKeyIdentifier, stated != known
        {
            throw .issuerKeyIdentifierDiffers(stated: stated, issuer: known)
        }
        guard rules.askConformance else { return }
        guard stated != nil || issuer == nil && parsed.isSelfIssued else {
            throw .keyIdentifierMissing(.authorityKeyIdentifier)
        }
    }

    /// RFC 5280 §4.2.1.2: an authority identifies its key.
    static func checkAuthority(_ parsed: PathCertificate) throws(VerificationFailure) {
        guard parsed.extensions.subjectKeyIdentifier != nil else {
            throw .keyIdentifierMissing(.subjectKeyIdentifier)
        }
    }

    /// RFC 5280 §4.2.1.1: an anchor that another key signed says which, as every certificate does. CA/Browser Forum TLS
    /// rules 7.1.2.1.3: a root that signed itself names its own key as its issuer's, if any.
    static func checkAnchor(_ anchor: TrustAnchor, by rules: Rules) throws(VerificationFailure) {
        let extensions = anchor.parsed.extensions
        guard let authority = extensions.authorityKeyIdentifier?.keyIdentifier else {
            guard !rules.askConformance || anchor.isSelfSigned else {
                throw .keyIdentifierMissing(.authorityKeyIdentifier)
            }
            return
        }
        guard let subject = extensions.subjectKeyIdentifier, authority != subject, anchor.isSelfSigned else { return }
        throw .keyIdentifiersDiffer(authority: authority, subject: subject)
    }
}
