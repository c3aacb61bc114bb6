public import Foundation
public import SymbolonAudit
public import SymbolonAuthority
internal import SymbolonCertificates
public import SymbolonKeys
internal import SymbolonNames

/// What can be looked up in an authority's store without any of its keys.
public struct AuthorityReader: Sendable {
    /// The most that one answer lists.
    public static let longestPage = 1000

    let store: any AuthorityStore
    let clock: @Sendable () -> Date
    /// The head of the audit record as it was noted outside the store.
    let notedHead: @Sendable () throws(AdministrationFailure) -> AuditHead?
    /// From the opened key; nil where no key was opened.
    let auditKey: PublicKey?

    /// - Parameter auditKey: the audit key's public half where the private one was opened: who can edit the record can also
    ///   edit the copy that stands in the store.
    public init(
        store: any AuthorityStore, auditKey: PublicKey?, clock: @escaping @Sendable () -> Date,
        notedHead: @escaping @Sendable () throws(AdministrationFailure) -> AuditHead?
    ) {
        self.store = store
        self.auditKey = auditKey
        self.clock = clock
        self.notedHead = notedHead
    }

    func report() async throws(AdministrationFailure) -> AuthorityReport {
        let record = try await record()
        let now = clock()
        let configuration = record.configuration
        do {
            let root = try Certificate(der: record.rootCertificate)
            let issuing = try Certificate(der: record.issuingCertificate)
            let live = try await store.certificateCount(matching: CertificateQuery(states: [.issued], validAt: now))
            let revoked = try await store.certificateCount(matching: CertificateQuery(states: [.revoked]))
            return AuthorityReport(
                trustDomain: configuration.trustDomain.description, organisation: configuration.organisation,
                keyAlgorithm: configuration.keyAlgorithm.rawValue, createdAt: record.createdAt,
                root: AuthorityCertificateReport(root), issuing: AuthorityCertificateReport(issuing),
                permittedDNS: configuration.permittedDNS.map(\.description),
                permittedNetworks: configuration.permittedNetworks.map(\.description),
                permittedMail: configuration.permittedMail.map(\.description), live: live, revoked: revoked,
                auditEntries: try await store.auditEnd()?.last.sequence ?? 0,
                auditKey: try PublicKey(subjectPublicKeyInfo: record.auditKey).fingerprint.description)
        } catch {
            throw AdministrationFailure(reading: error)
        }
    }

    func record() async throws(AdministrationFailure) -> AuthorityRecord {
        let found: AuthorityRecord?
        do {
            found = try await store.authority()
        } catch {
            throw AdministrationFailure(error)
        }
        guard let found else { throw AdministrationFailure(.notFound, what: "there is no authority in this store") }
        return found
    }

    /// A number of rows that an answer may have.
    static func limit(_ asked: Int?) throws(AdministrationFailure) -> Int {
        let limit = asked ?? longestPage
        guard (1...longestPage).contains(limit) else {
            throw AdministrationFailure(
                .malformed, what: "the limit \(limit) is not from 1 to \(longestPage)",
                mend: "ask for less, and for the rest with the cursor of the answer")
        }
        return limit
    }
}

extension AdministrationFailure {
    /// What went wrong while the store was read.
    init(reading error: any Error) {
        switch error {
        case let failure as AdministrationFailure: self = failure
        case let failure as StoreFailure: self.init(failure)
        case let failure as AuditFailure: self.init(StoreFailure.audit(failure))
        case let failure as CertificateFailure: self.init(StoreFailure.damaged(failure.explanation))
        default: self.init(StoreFailure.damaged("\(error)"))
        }
    }
}
