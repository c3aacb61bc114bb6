/// One thing that is wrong with a certificate about to be signed.
public struct LintFinding: Equatable, Sendable {
    public let rule: LintRule
    public let found: String
    public let expected: String

    public var explanation: String { "\(rule.rawValue) (\(rule.clause)): \(found), where \(expected) is due" }
}

/// What is looked at, in the order of the certificate's fields.
public enum LintRule: String, CaseIterable, Sendable {
    case wellFormed, version, serialNumber, issuer, validityForm, validityOrder, life, withinIssuer, subject
    case subjectKey, basicConstraints, pathLength, keyUsage, extendedKeyUsage, subjectAlternativeName, identity
    case permittedNames, subjectKeyIdentifier, authorityKeyIdentifier, distributionPoints
    case authorityInformationAccess, ocspNoCheck, extensions

    /// Where the rule is written.
    public var clause: String {
        switch self {
        case .wellFormed: "RFC 5280 §4.1"
        case .version: "RFC 5280 §4.1.2.1"
        case .serialNumber: "RFC 5280 §4.1.2.2"
        case .issuer: "RFC 5280 §4.1.2.4"
        case .validityForm, .validityOrder: "RFC 5280 §4.1.2.5"
        case .life, .permittedNames: "profile"
        case .withinIssuer: "RFC 5280 §6.1.3(a)(2)"
        case .subject: "RFC 5280 §4.1.2.6"
        case .subjectKey: "RFC 5280 §4.1.2.7"
        case .basicConstraints, .pathLength: "RFC 5280 §4.2.1.9"
        case .keyUsage: "RFC 5280 §4.2.1.3"
        case .extendedKeyUsage: "RFC 5280 §4.2.1.12"
        case .subjectAlternativeName: "RFC 5280 §4.2.1.6"
        case .identity: "SPIFFE X509-SVID §2"
        case .subjectKeyIdentifier: "RFC 5280 §4.2.1.2"
        case .authorityKeyIdentifier: "RFC 5280 §4.2.1.1"
        case .distributionPoints: "RFC 5280 §4.2.1.13"
        case .authorityInformationAccess: "RFC 5280 §4.2.2.1"
        case .ocspNoCheck: "RFC 6960 §4.2.2.2.1"
        case .extensions: "RFC 5280 §4.2"
        }
    }
}
