public import Foundation
import SymbolonAuthority
public import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
public import SymbolonRevocation
import SymbolonWire

/// What those who believe an authority need to know of it beyond its anchors: which keys it signs with, what it has taken
/// back, and which other domains it vouches for.
public struct TrustStatement: Codable, Equatable, Sendable {
    /// Another authority's domain, believed for names in that domain and until a day.
    public struct Federated: Codable, Equatable, Sendable {
        public let trustDomain: String
        /// PEM.
        public let anchor: String
        public let until: Date

        public init(trustDomain: String, anchor: String, until: Date) {
            self.trustDomain = trustDomain
            self.anchor = anchor
            self.until = until
        }
    }

    /// What one issuing key's certificates lost.
    public struct Revoked: Codable, Equatable, Sendable {
        /// SHA-256 over SubjectPublicKeyInfo.
        public let issuerKey: String
        /// Each `SERIAL REASON SECONDS`, the time since 1970: short, for there may be many.
        public let certificates: [String]

        public init(issuerKey: String, certificates: [String]) {
            self.issuerKey = issuerKey
            self.certificates = certificates
        }
    }

    public let trustDomain: String
    /// PEM: the root.
    public let anchors: String
    /// PEM: what leaves are signed with.
    public let issuing: String
    /// One more with every revocation.
    public let changeCounter: UInt64
    public let revoked: [Revoked]
    public let federated: [Federated]

    public init(
        trustDomain: String, anchors: String, issuing: String, changeCounter: UInt64, revoked: [Revoked],
        federated: [Federated]
    ) {
        self.trustDomain = trustDomain
        self.anchors = anchors
        self.issuing = issuing
        self.changeCounter = changeCounter
        self.revoked = revoked
        self.federated = federated
    }

    init(_ record: AuthorityRecord, _ records: RevocationRecords, federated: [Federated]) throws {
        let byKey = Dictionary(grouping: records.revoked) { $0.key.issuerKey.description }
        self.init(
            trustDomain: record.configuration.trustDomain.description,
            anchors: try Certificate(der: record.rootCertificate).pem,
            issuing: try Certificate(der: record.issuingCertificate).pem, changeCounter: records.changeCounter,
            revoked: byKey.keys.sorted().map { key in
                Revoked(
                    issuerKey: key,
                    certificates: (byKey[key] ?? []).map { identifier, revocation in
                        "\(identifier.serialNumber) \(revocation.reason.rawValue) \(Int64(revocation.since.timeIntervalSince1970))"
                    }.sorted())
            }, federated: federated)
    }

    // MARK: Reading

    public func anchorCertificates() throws(CertificateFailure) -> [Certificate] {
        try CertificateBundle(pem: anchors).certificates
    }

    public func issuingCertificates() throws(CertificateFailure) -> [Certificate] {
        try CertificateBundle(pem: issuing).certificates
    }

    /// What is revoked, for verifiers. A line that does not read as one is passed over: it was never in force here, and what
    /// reads is.
    public var revocations: [CertificateIdentifier: Revocation] {
        var found: [CertificateIdentifier: Revocation] = [:]
        for one in revoked {
            guard let octets = try? Hex.decode(one.issuerKey), let key = try? KeyFingerprint(octets) else { continue }
            for line in one.certificates {
                let parts = line.split(separator: " ")
                guard parts.count == 3, let serial = SerialNumber(parts[0]),
                    let reason = RevocationReason(rawValue: String(parts[1])), let seconds = Int64(parts[2])
                else { continue }
                found[CertificateIdentifier(issuerKey: key, serialNumber: serial)] = Revocation(
                    reason, since: Date(timeIntervalSince1970: TimeInterval(seconds)))
            }
        }
        return found
    }
}
