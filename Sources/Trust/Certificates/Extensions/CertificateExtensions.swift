public import SymbolonNames

/// The extensions of a certificate or of a request: those that decide something parsed, the others as they stand.
public struct CertificateExtensions: Hashable, Sendable {
    /// All of them in the order of the certificate.
    public private(set) var all: [Extension] = []
    public private(set) var basicConstraints: BasicConstraints?
    public private(set) var keyUsage: KeyUsage?
    public private(set) var extendedKeyUsage: ExtendedKeyUsage?
    /// Never an empty list.
    public private(set) var subjectAlternativeNames: [GeneralName]?
    public private(set) var nameConstraints: NameConstraints?
    /// The policies that the certificate was issued under; nil when it does not say.
    public private(set) var policies: CertificatePolicies?
    public private(set) var policyMappings: PolicyMappings?
    public private(set) var policyConstraints: PolicyConstraints?
    /// How many more certificates may rest on anyPolicy (RFC 5280 §4.2.1.14).
    public private(set) var inhibitAnyPolicy: Int?
    public private(set) var subjectKeyIdentifier: [UInt8]?
    public private(set) var authorityKeyIdentifier: AuthorityKeyIdentifier?
    /// Identifiers, in dotted form, of the critical extensions that are not parsed here. A verifier that does not know one
    /// must refuse the certificate (RFC 5280 §4.2).
    public private(set) var unknownCritical: [String] = []

    /// The most that are read: certificates in use have under twenty, and each is compared with the others.
    public static let mostExtensions = 64

    static let none = CertificateExtensions()

    private init() {}

    /// Whether the extension is marked critical; nil when the certificate does not have it.
    public func isCritical(_ identifier: ObjectIdentifier) -> Bool? {
        self[identifier]?.isCritical
    }

    /// The extension as it stands.
    public subscript(_ identifier: ObjectIdentifier) -> Extension? {
        all.first { $0.identifier == identifier }
    }

    /// RFC 5280 §4.2, from the members of the list.
    init(_ list: DERReader) throws(CertificateFailure) {
        var list = list
        while !list.isAtEnd {
            let next: Extension
            var value: DERReader
            do throws(DERFailure) {
                (next, value) = try Extension.parse(&list)
            } catch {
                throw .malformed(.extensions, error)
            }
            // RFC 5280 §4.2: "MUST NOT include more than one instance of a particular extension".
            guard self[next.identifier] == nil else { throw .duplicateExtension(next.identifier) }
            guard all.count < Self.mostExtensions else { throw .tooManyExtensions(limit: Self.mostExtensions) }
            all.append(next)
            try parse(next, &value)
        }
    }

    private mutating func parse(_ next: Extension, _ value: inout DERReader) throws(CertificateFailure) {
        if next.identifier == .nameConstraints {
            nameConstraints = try NameConstraints(extensionValue: &value)
            return
        }
        do throws(DERFailure) {
            switch next.identifier {
            case .basicConstraints: basicConstraints = try BasicConstraints(&value)
            case .keyUsage: keyUsage = try KeyUsage(&value)
            case .extendedKeyUsage: extendedKeyUsage = try ExtendedKeyUsage(&value)
            case .subjectAlternativeName:
                var names = try value.enter(.sequence)
                subjectAlternativeNames = try GeneralName.list(&names)
            case .subjectKeyIdentifier: subjectKeyIdentifier = Array(value.slice(try value.next(.octetString).contents))
            case .authorityKeyIdentifier: authorityKeyIdentifier = try AuthorityKeyIdentifier(&value)
            case .certificatePolicies: policies = try CertificatePolicies(&value)
            case .policyMappings: policyMappings = try PolicyMappings(&value)
            case .policyConstraints: policyConstraints = try PolicyConstraints(&value)
            case .inhibitAnyPolicy: inhibitAnyPolicy = try value.skipCertificates()
            case .authorityInformationAccess:
                try AccessDescriptions.check(&value)
                if next.isCritical { unknownCritical.append(next.identifier.description) }
            default:
                if next.isCritical { unknownCritical.append(next.identifier.description) }
                return
            }
            try value.finish()
        } catch {
            throw .malformed(.extension(next.identifier), error)
        }
    }
}
