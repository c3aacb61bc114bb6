import SymbolonCertificates

/// RFC 5280 §6.1.4(o), §6.1.5(f): a critical extension that is not processed here refuses the certificate.
enum CriticalExtensionsCheck {
    static func check(_ certificate: PathCertificate, by rules: Rules) throws(VerificationFailure) {
        for found in certificate.extensions.all {
            if rules.askConformance { try checkMark(of: found, by: rules) }
            if found.isCritical, !processed.contains(found.identifier) {
                throw .criticalExtensionUnknown(oid: found.identifier.description)
            }
        }
    }

    private static let processed: Set<ObjectIdentifier> = [
        .basicConstraints, .keyUsage, .extendedKeyUsage, .subjectAlternativeName, .nameConstraints,
        .certificatePolicies, .policyMappings, .policyConstraints, .inhibitAnyPolicy, .authorityKeyIdentifier,
        .subjectKeyIdentifier,
    ]

    /// RFC 5280 §4.2.1: how every conforming authority marks it. CA/Browser Forum TLS rules 7.1.2.5.2: "as an explicit
    /// exception from RFC 5280", name constraints "MAY be marked non-critical". They are processed all the same.
    private static func checkMark(of found: Extension, by rules: Rules) throws(VerificationFailure) {
        switch (found.identifier, found.isCritical) {
        case (.authorityKeyIdentifier, true): throw .extensionMustNotBeCritical(.authorityKeyIdentifier)
        case (.subjectKeyIdentifier, true): throw .extensionMustNotBeCritical(.subjectKeyIdentifier)
        case (.nameConstraints, false) where !rules.isForWebServer: throw .extensionMustBeCritical(.nameConstraints)
        case (.policyConstraints, false): throw .extensionMustBeCritical(.policyConstraints)
        case (.inhibitAnyPolicy, false): throw .extensionMustBeCritical(.inhibitAnyPolicy)
        default: return
        }
    }
}
