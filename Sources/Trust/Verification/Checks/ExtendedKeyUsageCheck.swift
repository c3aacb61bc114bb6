import SymbolonCertificates

/// RFC 5280 §4.2.1.12: for which purposes a certificate was issued.
enum ExtendedKeyUsageCheck {
    /// An authority that has the extension issues for those purposes only, and for all others nothing: the rule of the
    /// CA/Browser Forum (TLS rules 7.1.2.10.6) and of every TLS library; the RFC leaves it open.
    static func checkAuthority(_ certificate: PathCertificate, for purpose: Purpose) throws(VerificationFailure) {
        guard let needed = purpose.keyPurpose, let usage = certificate.extensions.extendedKeyUsage else { return }
        guard usage.contains(needed) || usage.contains(.any) else {
            throw .extendedKeyUsageUnfit(usage, for: purpose)
        }
    }

    /// RFC 5280 §4.2.1.12: a leaf that says for what it was issued serves nothing else. Where the profile has it so, it says
    /// it, and exactly: neither silence nor anyExtendedKeyUsage will do.
    static func checkLeaf(_ certificate: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        let purpose = rules.purpose
        guard let needed = purpose.keyPurpose else { return }
        guard let usage = certificate.extensions.extendedKeyUsage else {
            guard !rules.profile.requiresStatedPurpose else { throw .extendedKeyUsageMissing(for: purpose) }
            return
        }
        guard !usage.contains(.any) else {
            guard !rules.profile.requiresStatedPurpose else { throw .extendedKeyUsageUnrestricted(for: purpose) }
            return
        }
        guard usage.contains(needed) else { throw .extendedKeyUsageUnfit(usage, for: purpose) }
    }
}

extension Purpose {
    /// The key purpose that the path must allow; nil when none is asked for.
    fileprivate var keyPurpose: KeyPurpose? {
        switch self {
        case .server: .serverAuth
        case .client: .clientAuth
        case .mail: .emailProtection
        case .code: .codeSigning
        case .any: nil
        }
    }
}
