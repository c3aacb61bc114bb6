import SymbolonCertificates

/// RFC 5280 §6.1.4(o), §6.1.5(f): a critical extension that is not processed here refuses the certificate.
enum CriticalExtensionsCheck {
    static func check(_ certificate: PathCertificate) throws(VerificationFailure) {
        for found in certificate.extensions.all where found.isCritical {
            switch found.identifier {
            case .basicConstraints, .keyUsage, .extendedKeyUsage, .subjectAlternativeName, .nameConstraints:
                continue
            // RFC 5280 §4.2.1.1, §4.2.1.2: marked non-critical by every conforming authority.
            case .authorityKeyIdentifier: throw .extensionMustNotBeCritical(.authorityKeyIdentifier)
            case .subjectKeyIdentifier: throw .extensionMustNotBeCritical(.subjectKeyIdentifier)
            default: throw .criticalExtensionUnknown(oid: found.identifier.description)
            }
        }
    }
}
