internal import SymbolonNames

/// What the extensions' bytes say, read once; every `CertificateExtensions` copied from another shares it.
struct ParsedExtensions: Hashable, Sendable {
    var all: [Extension] = []
    var basicConstraints: BasicConstraints?
    var keyUsage: KeyUsage?
    var extendedKeyUsage: ExtendedKeyUsage?
    var subjectAlternativeNames: [GeneralName]?
    var nameConstraints: NameConstraints?
    var policies: CertificatePolicies?
    var policyMappings: PolicyMappings?
    var policyConstraints: PolicyConstraints?
    var inhibitAnyPolicy: Int?
    var subjectKeyIdentifier: [UInt8]?
    var authorityKeyIdentifier: AuthorityKeyIdentifier?
    var unknownCritical: [String] = []

    init() {}

    subscript(_ identifier: ObjectIdentifier) -> Extension? { all.first { $0.identifier == identifier } }

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
            guard all.count < CertificateExtensions.mostExtensions else {
                throw .tooManyExtensions(limit: CertificateExtensions.mostExtensions)
            }
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
