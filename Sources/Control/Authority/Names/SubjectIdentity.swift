import SymbolonCertificates
public import SymbolonNames

extension AuthorityConfiguration {
    /// First path segments that short names may not take: they are folders of other profiles, or the authority's own.
    static let reservedSegments: Set<String> = ["authority", "person", "device"]

    /// The short name of the authority's own server: `spiffe://DOMAIN/authority/server`.
    public static let serverName = "authority/server"

    /// The short name of its responders: `spiffe://DOMAIN/authority/responder`.
    static let responderName = "authority/responder"

    /// Folders of what is named by the DNS name or address that it proved (`host/www.example.org`), which may be longer than
    /// a common name.
    static let provedFolders: Set<String> = ["host", "wildcard", "address"]

    /// The name that policy will know a subject by.
    /// - Parameters:
    ///   - name: short: one path segment, or several with `/` between under a profile without a folder.
    ///   - names: what else was asked for; under the mail profile its first mailbox is the identity.
    func identity(
        _ name: String, form: CertificateProfile.IdentityForm, names: [SubjectName], isAuthoritys: Bool = false
    ) throws(IdentityFailure) -> SubjectName {
        let segments = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let length = name.unicodeScalars.count
        let isProved = segments.count == 2 && Self.provedFolders.contains(segments[0])
        guard length <= DistinguishedName.longestText || isProved else {
            throw .tooLong(length, allowed: DistinguishedName.longestText)
        }
        let plain = try spiffeID(segments)
        switch form {
        case .plain:
            guard isAuthoritys || !Self.reservedSegments.contains(segments[0].lowercased()) else {
                throw .reserved(segments[0])
            }
            return .spiffe(plain)
        case .inFolder(let folder):
            guard segments.count == 1 else { throw .severalSegments(name) }
            return .spiffe(try spiffeID([folder] + segments))
        case .mailbox:
            guard segments.count == 1 else { throw .severalSegments(name) }
            for case .mail(let mailbox) in names { return .mail(mailbox) }
            do throws(NameFailure) {
                return .mail(try Mailbox("\(name)@\(trustDomain)"))
            } catch {
                throw .name(error)
            }
        }
    }

    /// The name that policy will know the subject of a request by.
    public func identity(of request: IssuanceRequest) throws(IdentityFailure) -> SubjectName {
        guard let form = request.identityForm else { throw .reserved(request.profile.rawValue) }
        return try identity(request.name, form: form, names: request.names, isAuthoritys: request.isAuthoritys)
    }

    private func spiffeID(_ path: [String]) throws(IdentityFailure) -> SPIFFEID {
        do throws(NameFailure) {
            return try SPIFFEID(trustDomain: trustDomain, path: path)
        } catch {
            throw .name(error)
        }
    }

    /// Whether an identity stands on a DNS name or an address that its holder proved, and that is to be proved again.
    public static func isProved(_ identity: SubjectName) -> Bool {
        guard case .spiffe(let spiffeID) = identity, spiffeID.path.count == 2 else { return false }
        return provedFolders.contains(spiffeID.path[0])
    }

    /// What an operator means by `web`, `person/alice`, `alice@example.internal`, or a name with its kind in front.
    public func identity(called text: String) throws(NameFailure) -> SubjectName {
        if text.contains("@"), !text.hasPrefix("mail:") { return .mail(try Mailbox(text)) }
        if text.contains(":") { return try SubjectName(text) }
        return .spiffe(
            try SPIFFEID(
                trustDomain: trustDomain,
                path: text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)))
    }
}

extension AuthorityConfiguration {
    /// Whether a DNS name or an address may be certified under a profile, before anybody asks for a certificate.
    public func check(_ name: SubjectName, under profile: ProfileName) throws(NameRefusal) {
        try NamePolicy(configuration: self, profile: .named(profile)).check(name, beside: .spiffe(trustDomain.id))
    }
}

/// Why a short name gives no identity.
public enum IdentityFailure: Error, Equatable, Sendable {
    /// In characters: RFC 5280 Appendix A.1, ub-common-name.
    case tooLong(Int, allowed: Int)
    case reserved(String)
    case severalSegments(String)
    case name(NameFailure)

    public var explanation: String {
        switch self {
        case .tooLong(let length, let allowed): "the name has \(length) characters; at most \(allowed) are allowed"
        case .reserved(let segment): "names under \(segment)/ belong to another profile or to the authority"
        case .severalSegments(let name): "\(name.debugDescription) has a slash, which this profile's names may not have"
        case .name(let failure): failure.explanation
        }
    }
}
