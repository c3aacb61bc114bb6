public import SymbolonCertificates

/// The profiles by name.
public enum ProfileName: String, Codable, CaseIterable, Sendable, CustomStringConvertible {
    case root, issuing, responder, service, client, workload, person, device, mail

    public var description: String { rawValue }
}

/// One kind of certificate, as data: what it may be used for, which names it may carry, and how long it lives.
public struct CertificateProfile: Equatable, Sendable {
    public let name: ProfileName
    /// One line for `--help` and reports.
    public let purpose: String
    public let role: Role
    public let keyUsage: KeyUsage
    /// In the order in which a certificate lists them; empty leaves the extension out.
    public let extendedKeyUsage: [KeyPurpose]
    /// The kinds of name that may stand beside the identity.
    public let extraNames: Set<NameKind>
    public let allowsWildcards: Bool
    public let defaultLife: Duration
    public let maximumLife: Duration

    /// What stands at the end of the certificate's path.
    public enum Role: Equatable, Sendable {
        case authority(maximumPathLength: Int)
        /// Answers in the name of the authority that issued it (RFC 6960 §4.2.2.2). Only the authority itself asks for one.
        case responder
        case leaf(IdentityForm)
    }

    /// How the short name NAME becomes the one name that policy speaks of, in trust domain D.
    public enum IdentityForm: Equatable, Sendable {
        /// `spiffe://D/NAME`
        case plain
        /// `spiffe://D/FOLDER/NAME`
        case inFolder(String)
        /// The first mailbox asked for, or else `NAME@D`; no SPIFFE ID.
        case mailbox
    }

    /// A kind of name that a request may add.
    public enum NameKind: String, CaseIterable, Sendable {
        case dns, ip, mail
    }

    public static func named(_ name: ProfileName) -> CertificateProfile {
        switch name {
        case .root: root
        case .issuing: issuing
        case .responder: responder
        case .service: service
        case .client: client
        case .workload: workload
        case .person: person
        case .device: device
        case .mail: mail
        }
    }
}
