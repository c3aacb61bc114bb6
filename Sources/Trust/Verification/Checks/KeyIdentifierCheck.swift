import SymbolonCertificates

/// RFC 5280 §4.2.1.1, §4.2.1.2: that key identifiers are there. What they say decides nothing: the key does.
enum KeyIdentifierCheck {
    /// RFC 5280 §4.2.1.1: a certificate says by which key it was issued; only one issued under its own name need not.
    static func check(_ parsed: PathCertificate) throws(VerificationFailure) {
        guard parsed.extensions.authorityKeyIdentifier?.keyIdentifier != nil || parsed.isSelfIssued else {
            throw .keyIdentifierMissing(.authorityKeyIdentifier)
        }
    }

    /// RFC 5280 §4.2.1.2: an authority identifies its key.
    static func checkAuthority(_ parsed: PathCertificate) throws(VerificationFailure) {
        guard parsed.extensions.subjectKeyIdentifier != nil else {
            throw .keyIdentifierMissing(.subjectKeyIdentifier)
        }
    }

    /// CA/Browser Forum TLS rules 7.1.2.1.3: a root that signed itself names its own key as its issuer's, and by nothing
    /// else. The signature tells it from a certificate for a key rollover, and is looked at only when the identifiers differ.
    static func checkRoot(_ anchor: PathCertificate) throws(VerificationFailure) {
        let extensions = anchor.extensions
        guard anchor.isSelfIssued, let subject = extensions.subjectKeyIdentifier,
            let authority = extensions.authorityKeyIdentifier?.keyIdentifier, authority != subject,
            let key = anchor.publicKey, anchor.certificate.isSigned(by: key)
        else { return }
        throw .keyIdentifiersDiffer(authority: authority, subject: subject)
    }
}
