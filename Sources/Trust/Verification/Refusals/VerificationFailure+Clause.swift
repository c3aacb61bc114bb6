import SymbolonNames

extension VerificationFailure {
    /// The name of the case: stable, for logs, counters and programs.
    public var reason: String {
        Mirror(reflecting: self).children.first?.label ?? String(describing: self)
    }

    /// The clause of the standard that the check keeps.
    public var clause: String {
        switch self {
        case .nothingPresented: "RFC 8446 §4.4.2.4"
        case .chainTooLarge, .tooManyCertificates, .workExhausted, .pathTooDeep: "RFC 5280 §8"
        case .malformed: "RFC 5280 §4.1"
        case .issuerUnknown, .selfSignedNotTrusted, .anchorWithdrawn: "RFC 5280 §6.1.1(d)"
        case .signatureInvalid: "RFC 5280 §6.1.3(a)(1)"
        case .algorithmNotAllowed: "RFC 5280 §4.1.1.2"
        case .keyNotAllowed: "RFC 5280 §4.1.2.7"
        case .rsaModulusNotWholeOctets: "CA/B TLS BR §6.1.6"
        case .notVersion3: "RFC 5280 §4.1.2.1"
        case .serialNumber: "RFC 5280 §4.1.2.2"
        case .issuerEmpty: "RFC 5280 §4.1.2.4"
        case .authoritySubjectEmpty: "RFC 5280 §4.1.2.6"
        case .notYetValid, .expired: "RFC 5280 §6.1.3(a)(2)"
        case .timeFormWrong: "RFC 5280 §4.1.2.5"
        case .criticalExtensionUnknown: "RFC 5280 §4.2"
        case .extensionMustBeCritical(let known), .extensionMustNotBeCritical(let known),
            .keyIdentifierMissing(let known):
            known.clause
        case .issuerKeyIdentifierDiffers: "RFC 5280 §4.2.1.2"
        case .keyIdentifiersDiffer: "CA/B TLS BR §7.1.2.1.3"
        case .issuerIsNotAuthority: "RFC 5280 §6.1.4(k)"
        case .issuerMayNotSignCertificates: "RFC 5280 §6.1.4(n)"
        case .pathLengthExceeded: "RFC 5280 §6.1.4(l)"
        case .pathLengthWithoutAuthority, .leafIsAuthority, .leafMaySignCertificates: "RFC 5280 §4.2.1.9"
        case .keyUsageUnfit: "RFC 5280 §4.2.1.3"
        case .keyUsageUnfitForSPIFFE: "SPIFFE X.509-SVID §4.3"
        case .extendedKeyUsageMissing, .extendedKeyUsageUnrestricted, .extendedKeyUsageUnfit: "RFC 5280 §4.2.1.12"
        case .extendedKeyUsageOnRoot: "CA/B TLS BR §7.1.2.1.2"
        case .rootNamesIssuerBySerialNumber: "CA/B TLS BR §7.1.2.1.3"
        case .policyMissing: "RFC 5280 §6.1.3(f)"
        case .policyMappedToAny: "RFC 5280 §6.1.4(a)"
        case .policyNotAccepted: "RFC 9618 §5.5"
        case .wildcardUnderPublicSuffix: "CA/B TLS BR §3.2.2.6"
        case .commonNameBesideNames: "CA/B TLS BR §7.1.4.3"
        case .constraintsOnLeaf: "RFC 5280 §4.2.1.10"
        case .nameConstraintViolated(let violation, _):
            switch violation {
            case .excluded, .directoryExcluded: "RFC 5280 §6.1.3(c)"
            case .notPermitted, .directoryNotPermitted, .noHost, .unsupportedKind: "RFC 5280 §6.1.3(b)"
            }
        case .internationalMailboxConstrained: "RFC 9598 §6"
        case .subjectAlternativeNameMissing: "RFC 9525 §4.1"
        case .subjectAlternativeNameNotCritical, .nameMalformed: "RFC 5280 §4.2.1.6"
        case .nameMismatch: "RFC 9525 §6"
        case .severalURIsBesideSPIFFEID, .spiffeIDWithoutPath, .authoritySPIFFEIDWithPath: "SPIFFE X.509-SVID §2"
        case .spiffeIDOutsideTrustDomain: "SPIFFE X.509-SVID §5"
        case .revoked, .revocationUnknown: "RFC 5280 §6.1.3(a)(3)"
        }
    }
}

extension VerificationFailure.KnownExtension {
    fileprivate var clause: String {
        switch self {
        case .authorityKeyIdentifier: "RFC 5280 §4.2.1.1"
        case .subjectKeyIdentifier: "RFC 5280 §4.2.1.2"
        case .basicConstraints: "RFC 5280 §4.2.1.9"
        case .nameConstraints: "RFC 5280 §4.2.1.10"
        case .policyConstraints: "RFC 5280 §4.2.1.11"
        case .inhibitAnyPolicy: "RFC 5280 §4.2.1.14"
        case .extendedKeyUsage: "CA/B TLS BR §7.1.2.7.6"
        case .subjectAlternativeName: "CA/B TLS BR §7.1.2.7.12"
        }
    }
}
