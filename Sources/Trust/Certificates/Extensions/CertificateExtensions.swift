public import SymbolonNames

/// The extensions of a certificate or of a request: those that decide something parsed, the others as they stand.
///
/// Copies share one store.
public struct CertificateExtensions: Hashable, Sendable {
    private final class Store: Sendable {
        let parsed: ParsedExtensions

        init(_ parsed: ParsedExtensions) { self.parsed = parsed }
    }

    private let store: Store

    /// The most that are read: certificates in use have under twenty, and each is compared with the others.
    public static let mostExtensions = 64

    static let none = CertificateExtensions(Store(ParsedExtensions()))

    private init(_ store: Store) { self.store = store }

    /// RFC 5280 §4.2, from the members of the list.
    init(_ list: DERReader) throws(CertificateFailure) { store = Store(try ParsedExtensions(list)) }

    /// All of them in the order of the certificate.
    public var all: [Extension] { store.parsed.all }
    public var basicConstraints: BasicConstraints? { store.parsed.basicConstraints }
    public var keyUsage: KeyUsage? { store.parsed.keyUsage }
    public var extendedKeyUsage: ExtendedKeyUsage? { store.parsed.extendedKeyUsage }
    /// Never an empty list.
    public var subjectAlternativeNames: [GeneralName]? { store.parsed.subjectAlternativeNames }
    public var nameConstraints: NameConstraints? { store.parsed.nameConstraints }
    /// The policies that the certificate was issued under; nil when it does not say.
    public var policies: CertificatePolicies? { store.parsed.policies }
    public var policyMappings: PolicyMappings? { store.parsed.policyMappings }
    public var policyConstraints: PolicyConstraints? { store.parsed.policyConstraints }
    /// How many more certificates may rest on anyPolicy (RFC 5280 §4.2.1.14).
    public var inhibitAnyPolicy: Int? { store.parsed.inhibitAnyPolicy }
    public var subjectKeyIdentifier: [UInt8]? { store.parsed.subjectKeyIdentifier }
    public var authorityKeyIdentifier: AuthorityKeyIdentifier? { store.parsed.authorityKeyIdentifier }
    /// Identifiers, in dotted form, of the critical extensions that are not parsed here. A verifier that does not know one
    /// must refuse the certificate (RFC 5280 §4.2).
    public var unknownCritical: [String] { store.parsed.unknownCritical }

    /// Whether the extension is marked critical; nil when the certificate does not have it.
    public func isCritical(_ identifier: ObjectIdentifier) -> Bool? { self[identifier]?.isCritical }

    /// The extension as it stands.
    public subscript(_ identifier: ObjectIdentifier) -> Extension? { store.parsed[identifier] }

    public static func == (one: CertificateExtensions, other: CertificateExtensions) -> Bool {
        one.store === other.store || one.store.parsed == other.store.parsed
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(store.parsed) }
}
