public import SymbolonCertificates
import SymbolonKeys
public import SymbolonNames

extension IssuanceRequest {
    /// Takes the key from a PKCS #10 request, and nothing else: its names must be among those asked for here, and
    /// whatever else it asks for must be what the profile gives anyway.
    /// - Parameters:
    ///   - name: short, from whoever hands the request in; never from the request.
    ///   - names: what else the certificate shall carry.
    public init(
        _ request: CertificateRequest, profile: ProfileName, name: String, names: [SubjectName] = [],
        life: Duration? = nil, actor: String, configuration: AuthorityConfiguration
    ) throws(RequestFailure) {
        let table = CertificateProfile.named(profile)
        guard case .leaf(let form) = table.role else { throw .profileIsNotForLeaves(profile) }
        let key: PublicKey
        do {
            key = try request.verifiedPublicKey()
        } catch {
            throw .certificate(error)
        }
        let identity: SubjectName
        do {
            identity = try configuration.identity(name, form: form, names: names)
        } catch {
            throw .identity(error)
        }
        let check = RequestCheck(request: request, profile: table, name: name, asked: [identity] + names)
        try check.subject()
        try check.attributes()
        try check.extensions()
        try check.names()
        self.init(profile: profile, name: name, names: names, publicKey: key, life: life, actor: actor)
    }
}

/// Holds a request against what was asked for beside it.
private struct RequestCheck {
    let request: CertificateRequest
    let profile: CertificateProfile
    let name: String
    let asked: [SubjectName]

    /// The subject is not taken over, so it may only be empty or say what is asked for anyway: the short name or the
    /// text of one of the names as common name, beside attributes that name nobody.
    func subject() throws(RequestFailure) {
        let harmless: Set<ObjectIdentifier> = [
            .commonName, .countryName, .localityName, .stateOrProvinceName, .streetAddress, .organizationName,
            .organizationalUnitName,
        ]
        let texts = Set(asked.map(\.bareText) + [name])
        for attribute in request.subject.relativeNames.joined() {
            guard harmless.contains(attribute.type),
                attribute.type != .commonName || attribute.value.text.map(texts.contains) ?? false
            else { throw .subject(request.subject.description) }
        }
    }

    func attributes() throws(RequestFailure) {
        if let other = request.otherAttributes.first { throw .attribute(other) }
    }

    func extensions() throws(RequestFailure) {
        for one in request.extensions.all {
            switch one.identifier {
            case .subjectAlternativeName: continue
            case .basicConstraints: try basicConstraints()
            case .keyUsage: try keyUsage()
            case .extendedKeyUsage: try extendedKeyUsage()
            default: throw .extension(one.identifier)
            }
        }
    }

    private func basicConstraints() throws(RequestFailure) {
        guard request.extensions.basicConstraints == BasicConstraints(isAuthority: false) else { throw .authority }
    }

    private func keyUsage() throws(RequestFailure) {
        let usage = request.extensions.keyUsage ?? []
        guard usage.isSubset(of: profile.keyUsage) else { throw .keyUsage(usage, allowed: profile.keyUsage) }
    }

    private func extendedKeyUsage() throws(RequestFailure) {
        for purpose in request.extensions.extendedKeyUsage?.purposes ?? []
        where !profile.extendedKeyUsage.contains(purpose) {
            throw .extendedKeyUsage(purpose, allowed: profile.extendedKeyUsage)
        }
    }

    func names() throws(RequestFailure) {
        for general in request.extensions.subjectAlternativeNames ?? [] {
            let name: SubjectName?
            do {
                name = try general.subjectName()
            } catch {
                throw .malformedName(error)
            }
            guard let name else { throw .nameKind(general.kind) }
            guard asked.contains(name) else { throw .nameNotAskedFor(name) }
        }
    }
}

extension SubjectName {
    /// As programs put it into a common name.
    fileprivate var bareText: String {
        switch self {
        case .spiffe(let id): id.description
        case .dns(let pattern): pattern.description
        case .ip(let address): address.description
        case .mail(let mailbox): mailbox.description
        case .uri(let uri): uri.description
        }
    }
}

extension GeneralName {
    fileprivate var kind: String {
        switch self {
        case .dns: "dNSName"
        case .mail: "rfc822Name"
        case .uri: "uniformResourceIdentifier"
        case .ip: "iPAddress"
        case .directory: "directoryName"
        case .other(tag: 0, _): "otherName"
        case .other(tag: 3, _): "x400Address"
        case .other(tag: 5, _): "ediPartyName"
        case .other(tag: 8, _): "registeredID"
        case .other(let tag, _): "a name with tag \(tag)"
        }
    }
}
