public import Foundation

/// Certifies the key of a PKCS #10 request. The private key stays where it was made.
public struct IssueCertificate: AdministrativeOperation {
    public static let name = "issueCertificate"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.post, "certificates", status: 201)
    public static let recording = Recording.byChange
    public static let isBrief = true

    /// Short, as in `web`; the profile makes the identity of it.
    public let name: String
    public let profile: String
    /// What stands beside the identity, each with its kind in front: `dns:web.example.internal`, `ip:10.0.0.7`.
    public let names: [String]?
    /// The profile's default unless told.
    public let lifeSeconds: Int64?
    /// A serial number: this one takes the place of that certificate of the same identity.
    public let replaces: String?
    /// PEM.
    public let request: String

    public init(
        name: String, profile: String, names: [String]? = nil, lifeSeconds: Int64? = nil, replaces: String? = nil,
        request: String
    ) {
        self.name = name
        self.profile = profile
        self.names = names
        self.lifeSeconds = lifeSeconds
        self.replaces = replaces
        self.request = request
    }

    public var subject: String { name }

    public func perform(with part: CertificateDesk, in call: Call) async throws(AdministrationFailure)
        -> CertificateAnswer
    {
        try await part.issue(self, in: call)
    }
}

/// Revokes certificates in one transaction, all of them or none: for good, unless it is a hold. Again, it changes nothing, but
/// that a hold ends and a reason is raised to keyCompromise. A compromised key takes every other certificate that uses it, and
/// has not ended, with it.
public struct RevokeCertificates: AdministrativeOperation {
    public static let name = "revokeCertificates"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.post, "revocations")
    public static let recording = Recording.byChange

    /// The most in one call.
    public static let most = 1000

    /// Serial numbers, 1 to 1000.
    public let serials: [String]
    /// A reason of RFC 5280 §5.3.1 by its name there; `unspecified` unless told.
    public let reason: String?
    /// When the key was lost or the certificates became false, where that is known (RFC 5280 §5.3.2); not later than now.
    public let invalidSince: Date?
    /// Change nothing; say what would be hit.
    public let dryRun: Bool?

    public init(serials: [String], reason: String? = nil, invalidSince: Date? = nil, dryRun: Bool? = nil) {
        self.serials = serials
        self.reason = reason
        self.invalidSince = invalidSince
        self.dryRun = dryRun
    }

    public var subject: String { serials.count == 1 ? serials[0] : "\(serials.count) certificates" }

    public func perform(with part: CertificateDesk, in call: Call) async throws(AdministrationFailure)
        -> RevocationReports
    {
        try await part.revoke(self, in: call)
    }
}

/// What became of each, those of the same keys last.
public struct RevocationReports: Codable, Equatable, Sendable {
    public let certificates: [RevocationReport]
    /// The version that ends confirm when they have put all of this in force; nil: nothing was changed.
    public let changeCounter: UInt64?

    public init(certificates: [RevocationReport], changeCounter: UInt64? = nil) {
        self.certificates = certificates
        self.changeCounter = changeCounter
    }
}

/// Lifts a hold: the certificate is good again.
public struct ReleaseCertificate: AdministrativeOperation {
    public static let name = "releaseCertificate"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.delete, "certificates/{serial}/hold")
    public static let recording = Recording.byChange

    public let serial: String

    public init(serial: String) { self.serial = serial }

    public var subject: String { serial }

    public func perform(with part: CertificateDesk, in call: Call) async throws(AdministrationFailure)
        -> CertificateReport
    {
        try await part.release(self, in: call)
    }
}

/// What a revocation changed.
public struct RevocationReport: Codable, Equatable, Sendable {
    public let identity: String
    public let serial: String
    public let reason: String
    public let revokedAt: Date
    public let wasAlreadyRevoked: Bool
    /// Only of a dry run: how many live connections rest on it, as ends have said within half a minute.
    public let connections: Int?

    public init(
        identity: String, serial: String, reason: String, revokedAt: Date, wasAlreadyRevoked: Bool,
        connections: Int? = nil
    ) {
        self.identity = identity
        self.serial = serial
        self.reason = reason
        self.revokedAt = revokedAt
        self.wasAlreadyRevoked = wasAlreadyRevoked
        self.connections = connections
    }
}

/// Adds to the names that may be certified, for good.
public struct PermitNames: AdministrativeOperation {
    public static let name = "permitNames"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "authority/permissions")
    public static let recording = Recording.byChange

    /// DNS names: at and below each.
    public let dns: [String]?
    /// CIDR.
    public let networks: [String]?
    /// Domains of mailboxes.
    public let mail: [String]?

    public init(dns: [String]? = nil, networks: [String]? = nil, mail: [String]? = nil) {
        self.dns = dns
        self.networks = networks
        self.mail = mail
    }

    public var subject: String { "authority" }

    public func perform(with part: CertificateDesk, in call: Call) async throws(AdministrationFailure)
        -> PermissionReport
    {
        try await part.permit(self, in: call)
    }
}

/// What was not permitted before.
public struct PermissionReport: Codable, Equatable, Sendable {
    /// As `dns:apps.example`, `ip:10.0.0.0/8`, `mail:example.com`.
    public let added: [String]

    public init(added: [String]) { self.added = added }
}

/// Notes that an identity's certificate and key were copied out of a home.
public struct NoteExport: AdministrativeOperation {
    public static let name = "noteExport"
    public static let access = Access.role(.operator)
    public static let endpoint = OperationEndpoint(.post, "certificates/{serial}/exports")
    public static let recording = Recording.byChange

    public let serial: String
    /// The kinds of file written, e.g. `pkcs12`.
    public let format: String
    /// The private key went out without a seal.
    public let keyIsPlain: Bool

    public init(serial: String, format: String, keyIsPlain: Bool) {
        self.serial = serial
        self.format = format
        self.keyIsPlain = keyIsPlain
    }

    public var subject: String { serial }

    public func perform(with part: CertificateDesk, in call: Call) async throws(AdministrationFailure) -> Done {
        try await part.noteExport(self, in: call)
    }
}

/// Nothing more to say than that it is done.
public struct Done: Codable, Equatable, Sendable {
    public init() {}
}
