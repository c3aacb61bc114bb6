public import SymbolonCertificates
public import SymbolonNames

/// What about a PKCS #10 request is not taken. The request's content is never corrected: what is not allowed refuses
/// it.
public enum RequestFailure: Error, Equatable, Sendable {
    case certificate(CertificateFailure)
    case identity(IdentityFailure)
    case profileIsNotForLeaves(ProfileName)
    /// The subject names somebody else than was asked for.
    case subject(String)
    /// An attribute that asks for something, and is not extensionRequest.
    case attribute(ObjectIdentifier)
    case `extension`(ObjectIdentifier)
    case authority
    case keyUsage(KeyUsage, allowed: KeyUsage)
    case extendedKeyUsage(KeyPurpose, allowed: [KeyPurpose])
    case malformedName(NameFailure)
    /// A kind of name that no certificate here carries, by its tag in GeneralName.
    case nameKind(String)
    /// The request names it and whoever handed the request in did not.
    case nameNotAskedFor(SubjectName)

    public var explanation: String {
        switch self {
        case .certificate(let failure): failure.explanation
        case .identity(let failure): failure.explanation
        case .profileIsNotForLeaves(let profile): "the \(profile) profile is for the authority's own certificates"
        case .subject(let subject): "the request's subject \(subject.debugDescription) is not the name asked for"
        case .attribute(let type): "the request has an attribute \(type), which is not taken"
        case .extension(let type): "the request asks for extension \(type), which no profile takes from a request"
        case .authority: "the request asks for an authority's certificate (basicConstraints cA true)"
        case .keyUsage(let usage, let allowed): "the request asks for key usage \(usage); the profile gives \(allowed)"
        case .extendedKeyUsage(let purpose, let allowed):
            "the request asks for \(purpose); the profile gives \(allowed.map(\.description).joined(separator: ", "))"
        case .malformedName(let failure): "a name in the request: \(failure.explanation)"
        case .nameKind(let kind): "the request names its subject by \(kind), which no certificate here carries"
        case .nameNotAskedFor(let name): "the request names \(name), which was not asked for beside it"
        }
    }
}
