import SymbolonCertificates
import SymbolonNames

/// RFC 5280 §4.2.1.6 and the SPIFFE rules, on the names as written.
extension Lint {
    func checkNames() {
        let written = certificate.extensions.subjectAlternativeNames ?? []
        require(!written.isEmpty, .subjectAlternativeName, found: "no name", expected: "at least one")
        require(
            certificate.extensions.isCritical(.subjectAlternativeName) ?? certificate.subject.isEmpty
                == certificate.subject.isEmpty,
            .subjectAlternativeName, found: "the wrong criticality", expected: "critical only under an empty subject")
        var names: [SubjectName] = []
        for name in written {
            guard let canonical = canonical(name) else {
                require(
                    false, .subjectAlternativeName, found: "a name that is not canonical: \(name)".debugDescription,
                    expected: "the canonical spelling of a known kind")
                continue
            }
            require(
                !names.contains(canonical), .subjectAlternativeName, found: "\(canonical) twice", expected: "it once")
            names.append(canonical)
        }
        checkIdentity(names)
    }

    private func canonical(_ name: GeneralName) -> SubjectName? {
        guard let parsed = try? name.subjectName(), GeneralName(parsed) == name else { return nil }
        return parsed
    }

    /// SPIFFE X509-SVID §2: exactly one URI name; §3.1 a leaf's has a path; §3.2 a signing certificate's has none.
    private func checkIdentity(_ names: [SubjectName]) {
        let uris = names.filter(\.isURI)
        switch profile.role {
        case .authority:
            require(
                names == [.spiffe(configuration.trustDomain.id)], .identity, found: Self.list(names),
                expected: "\(configuration.trustDomain.id) alone")
        case .responder:
            let name = AuthorityConfiguration.responderName.split(separator: "/").map(String.init)
            require(
                names.count == 1 && names[0].spiffePath(in: configuration.trustDomain) == name, .identity,
                found: Self.list(names), expected: "the authority's name for its responders alone")
        case .leaf(let form):
            if form == .mailbox {
                require(uris.isEmpty, .identity, found: Self.list(uris), expected: "a mailbox and no URI")
            } else {
                require(
                    uris.count == 1 && fits(uris[0], form), .identity, found: Self.list(uris),
                    expected: "one SPIFFE ID of \(configuration.trustDomain) in the profile's form")
            }
            guard let identity = form == .mailbox ? names.first : uris.first else { return }
            checkPermitted(names, beside: identity)
        }
    }

    private func fits(_ name: SubjectName, _ form: CertificateProfile.IdentityForm) -> Bool {
        guard case .spiffe(let id) = name, id.trustDomain == configuration.trustDomain, let first = id.path.first
        else { return false }
        return switch form {
        case .plain:
            !AuthorityConfiguration.reservedSegments.contains(first.lowercased())
                || (profile.name == .service && id.path.joined(separator: "/") == AuthorityConfiguration.serverName)
        case .inFolder(let folder): first == folder && id.path.count == 2
        case .mailbox: false
        }
    }

    private func checkPermitted(_ names: [SubjectName], beside identity: SubjectName) {
        let policy = NamePolicy(configuration: configuration, profile: profile)
        for name in names {
            do {
                try policy.check(name, beside: identity)
            } catch {
                require(false, .permittedNames, found: error.explanation, expected: "a name this authority certifies")
            }
        }
    }

    private static func list(_ names: [SubjectName]) -> String {
        names.isEmpty ? "none" : names.map(\.description).joined(separator: ", ")
    }
}

extension SubjectName {
    /// The segments of a SPIFFE ID of this trust domain.
    fileprivate func spiffePath(in trustDomain: TrustDomain) -> [String]? {
        guard case .spiffe(let id) = self, id.trustDomain == trustDomain else { return nil }
        return id.path
    }

    fileprivate var isURI: Bool {
        switch self {
        case .spiffe, .uri: true
        case .dns, .ip, .mail: false
        }
    }
}
