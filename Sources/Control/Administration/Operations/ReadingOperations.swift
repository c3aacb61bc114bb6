public import Foundation

/// What the authority is and how it stands.
public struct ShowAuthority: AdministrativeOperation {
    public static let name = "showAuthority"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "authority")

    public init() {}

    public var subject: String { "authority" }

    public func perform(with part: AuthorityReader, in call: Call) async throws(AdministrationFailure)
        -> AuthorityReport
    {
        try await part.report()
    }
}

/// What was issued, newest first.
public struct ListCertificates: AdministrativeOperation {
    public static let name = "listCertificates"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(
        .get, "certificates",
        query: [
            "of": .text, "profile": .text, "issuer": .text, "key": .text, "issuedFrom": .time, "issuedBefore": .time,
            "all": .flag,
            "limit": .number, "before": .text,
        ])

    /// A serial number, an identity, or a short name under any profile; with an asterisk at its end, every identity that
    /// begins so; nil: everybody's.
    public let of: String?
    public let profile: String?
    /// The name of an issuing authority.
    public let issuer: String?
    /// SHA-256 over the SubjectPublicKeyInfo, in hexadecimal.
    public let key: String?
    /// Only what was asked for at this moment or later, or before it. RFC 3339.
    public let issuedFrom: Date?
    public let issuedBefore: Date?
    /// Also what has ended, was revoked, or was given up; unless told only what is live.
    public let all: Bool?
    /// 1 to 1000; 1000 unless told.
    public let limit: Int?
    /// A serial number: only what was asked for before it. `CertificatePage.next` says which.
    public let before: String?

    public init(
        of: String? = nil, profile: String? = nil, issuer: String? = nil, key: String? = nil, issuedFrom: Date? = nil,
        issuedBefore: Date? = nil, all: Bool? = nil, limit: Int? = nil, before: String? = nil
    ) {
        self.of = of
        self.profile = profile
        self.issuer = issuer
        self.key = key
        self.issuedFrom = issuedFrom
        self.issuedBefore = issuedBefore
        self.all = all
        self.limit = limit
        self.before = before
    }

    public var subject: String { of ?? "certificates" }

    public func perform(with part: AuthorityReader, in call: Call) async throws(AdministrationFailure)
        -> CertificatePage
    {
        try await part.certificates(self)
    }
}

/// A part of a long list of certificates.
public struct CertificatePage: Codable, Equatable, Sendable {
    public let certificates: [CertificateReport]
    /// What to give as `before` for the rest; nil: this is the end.
    public let next: String?

    public init(certificates: [CertificateReport], next: String?) {
        self.certificates = certificates
        self.next = next
    }
}

/// One certificate with its bytes.
public struct ShowCertificate: AdministrativeOperation {
    public static let name = "showCertificate"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "certificates/{serial}")

    public let serial: String

    public init(serial: String) { self.serial = serial }

    public var subject: String { serial }

    public func perform(with part: AuthorityReader, in call: Call) async throws(AdministrationFailure)
        -> CertificateAnswer
    {
        try await part.certificate(serial)
    }
}

/// A certificate and what its holder needs beside it.
public struct CertificateAnswer: Codable, Equatable, Sendable {
    public let certificate: CertificateReport
    /// PEM: the leaf, then the issuing certificate. Nil when nothing was signed.
    public let chain: String?
    /// PEM: what its peers must trust.
    public let anchors: String

    public init(certificate: CertificateReport, chain: String?, anchors: String) {
        self.certificate = certificate
        self.chain = chain
        self.anchors = anchors
    }
}

/// Entries of the audit record, in order.
public struct ListAuditEntries: AdministrativeOperation {
    public static let name = "listAuditEntries"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(
        .get, "audit/entries", query: ["from": .number, "last": .number, "limit": .number])

    /// A sequence number, 1 unless told.
    public let from: Int64?
    /// Instead of `from`: the last so many.
    public let last: Int?
    /// 1 to 1000; 1000 unless told.
    public let limit: Int?

    public init(from: Int64? = nil, last: Int? = nil, limit: Int? = nil) {
        self.from = from
        self.last = last
        self.limit = limit
    }

    public var subject: String { "audit record" }

    public func perform(with part: AuthorityReader, in call: Call) async throws(AdministrationFailure) -> AuditPage {
        try await part.auditEntries(self)
    }
}

/// A part of the audit record.
public struct AuditPage: Codable, Equatable, Sendable {
    public let entries: [AuditEntryReport]
    /// What to give as `from` for the rest; nil: this is the end.
    public let next: Int64?

    public init(entries: [AuditEntryReport], next: Int64?) {
        self.entries = entries
        self.next = next
    }
}

/// The whole audit record read again: was any entry edited, removed, reordered or repeated?
public struct VerifyAudit: AdministrativeOperation {
    public static let name = "verifyAudit"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "audit/verification", query: ["expect": .text])

    /// A head noted elsewhere, which the record must contain; nil: the one that the authority itself noted.
    public let expect: String?

    public init(expect: String? = nil) { self.expect = expect }

    public var subject: String { "audit record" }

    public func perform(with part: AuthorityReader, in call: Call) async throws(AdministrationFailure)
        -> AuditVerificationReport
    {
        try await part.verifyAudit(expecting: expect)
    }
}

/// What reading the whole record found.
public struct AuditVerificationReport: Codable, Equatable, Sendable {
    public let intact: Bool
    /// Nil when it is not intact.
    public let entries: Int64?
    public let firstBadEntry: Int64?
    public let how: String?
    public let explanation: String?
    /// `COUNT:HASH:SIGNATURE`, to be noted elsewhere.
    public let head: String?
    /// The entries of the head that was noted earlier.
    public let notedEntries: Int64?
    /// SHA-256 over SubjectPublicKeyInfo.
    public let auditKey: String
    /// False when the key came from the store itself, which who edits the record can edit too.
    public let keyWasOpened: Bool

    public init(
        intact: Bool, entries: Int64?, firstBadEntry: Int64?, how: String?, explanation: String?, head: String?,
        notedEntries: Int64?, auditKey: String, keyWasOpened: Bool
    ) {
        self.intact = intact
        self.entries = entries
        self.firstBadEntry = firstBadEntry
        self.how = how
        self.explanation = explanation
        self.head = head
        self.notedEntries = notedEntries
        self.auditKey = auditKey
        self.keyWasOpened = keyWasOpened
    }
}

/// The signed head of the audit record.
public struct ShowAuditHead: AdministrativeOperation {
    public static let name = "showAuditHead"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "audit/head")

    public init() {}

    public var subject: String { "audit record" }

    public func perform(with part: AuthorityReader, in call: Call) async throws(AdministrationFailure)
        -> AuditHeadReport
    {
        try await part.auditHead()
    }
}

/// The end of the audit record, to be noted elsewhere.
public struct AuditHeadReport: Codable, Equatable, Sendable {
    public let entries: Int64
    /// `COUNT:HASH:SIGNATURE`.
    public let head: String
    /// SHA-256 over SubjectPublicKeyInfo.
    public let auditKey: String

    public init(entries: Int64, head: String, auditKey: String) {
        self.entries = entries
        self.head = head
        self.auditKey = auditKey
    }
}
