public import Foundation
public import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames
public import SymbolonRevocation

/// The one check that failed, with the value found and the value wanted.
@nonexhaustive
public enum VerificationFailure: Error, Equatable, Sendable {
    // What was presented
    case nothingPresented
    case chainTooLarge(bytes: Int, limit: Int)
    case tooManyCertificates(count: Int, limit: Int)
    case malformed(CertificateFailure)

    // Building a path
    case issuerUnknown(issuer: DistinguishedName)
    case selfSignedNotTrusted
    case signatureInvalid(issuer: DistinguishedName, algorithm: SignatureAlgorithm)
    case pathTooDeep(limit: Int)
    case workExhausted(Work, limit: Int)

    // One certificate: RFC 5280 §4.1
    case algorithmNotAllowed(KeyFailure)
    case keyNotAllowed(KeyFailure)
    case rsaModulusNotWholeOctets(bits: Int)
    case notVersion3(found: Int)
    case serialNumber(SerialNumber.Violation)
    case issuerEmpty
    case authoritySubjectEmpty
    case notYetValid(notBefore: Date, at: Date)
    case expired(notAfter: Date, at: Date)
    case timeFormWrong(CertificateTime)

    // Extensions: RFC 5280 §4.2
    case criticalExtensionUnknown(oid: String)
    case extensionMustBeCritical(KnownExtension)
    case extensionMustNotBeCritical(KnownExtension)
    case keyIdentifierMissing(KnownExtension)
    case issuerKeyIdentifierDiffers(stated: [UInt8], issuer: [UInt8])
    case keyIdentifiersDiffer(authority: [UInt8], subject: [UInt8])
    case issuerIsNotAuthority
    case issuerMayNotSignCertificates(KeyUsage?)
    case pathLengthExceeded(limit: Int)
    case pathLengthWithoutAuthority
    case leafIsAuthority
    case leafMaySignCertificates
    case keyUsageUnfit(KeyUsage, for: Purpose)
    case keyUsageUnfitForSPIFFE(KeyUsage?)
    case extendedKeyUsageMissing(for: Purpose)
    case extendedKeyUsageUnrestricted(for: Purpose)
    case extendedKeyUsageUnfit(ExtendedKeyUsage, for: Purpose)
    case extendedKeyUsageOnRoot(ExtendedKeyUsage)
    case rootNamesIssuerBySerialNumber

    // Policies: RFC 5280 §6.1, RFC 9618
    case policyMissing(stated: [ObjectIdentifier])
    case policyMappedToAny
    case policyNotAccepted(accepted: Set<ObjectIdentifier>)

    // Names
    case constraintsOnLeaf
    case nameConstraintViolated(NameConstraintViolation, of: DistinguishedName)
    case internationalMailboxConstrained
    case subjectAlternativeNameMissing
    case subjectAlternativeNameNotCritical
    case nameMalformed(NameFailure)
    case wildcardUnderPublicSuffix(DNSPattern)
    case commonNameBesideNames(String, SubjectName)
    case nameMismatch(expected: ReferenceName, presented: [SubjectName])
    case severalURIsBesideSPIFFEID(count: Int)
    case spiffeIDWithoutPath(SPIFFEID)
    case authoritySPIFFEIDWithPath(SPIFFEID)
    case spiffeIDOutsideTrustDomain(SPIFFEID, believed: TrustDomain?)

    // Revocation and trust, also on a live connection
    case revoked(RevocationReason, since: Date)
    case revocationUnknown(Silence)
    case anchorWithdrawn(subject: DistinguishedName)

    /// A kind of work that is bounded.
    public enum Work: String, Hashable, Sendable {
        case signatures, pathSteps, nameComparisons
    }

    /// The extensions whose presence or criticality is itself a rule.
    public enum KnownExtension: String, Hashable, Sendable {
        case basicConstraints, subjectKeyIdentifier, authorityKeyIdentifier, policyConstraints, inhibitAnyPolicy
        case extendedKeyUsage, nameConstraints
        case subjectAlternativeName = "subjectAltName"
    }
}
