import Foundation
import SymbolonAudit
public import SymbolonCertificates
import SymbolonKeys
public import SymbolonNames
public import SymbolonRevocation

/// Taking certificates back. What was revoked stays so, with its first reason and date: there is no way to undo it.
extension IssuingAuthority {
    /// Revokes one certificate by its serial number, whatever became of it: issued, abandoned or still under way.
    public func revoke(
        _ serialNumber: SerialNumber, reason: RevocationReason, actor: String
    ) async throws(RevocationFailure) -> RevocationOutcome {
        try check(reason)
        let record: IssuanceRecord?
        do throws(StoreFailure) {
            record = try await store.certificate(serialNumber)
        } catch {
            throw .store(error)
        }
        guard let record else { throw .unknownSerial(serialNumber) }
        return try await revoke([record], reason, actor)
    }

    /// Revokes every certificate of an identity that has not ended yet, also those still under way.
    public func revoke(
        _ identity: SubjectName, reason: RevocationReason, actor: String
    ) async throws(RevocationFailure) -> RevocationOutcome {
        try check(reason)
        let records: [IssuanceRecord]
        do throws(StoreFailure) {
            records = try await store.certificates(
                matching: CertificateQuery(identity: identity.description, validAt: clock(), limit: .max))
        } catch {
            throw .store(error)
        }
        guard !records.isEmpty else { throw .unknownIdentity(identity) }
        return try await revoke(records, reason, actor)
    }

    /// RFC 5280 §5.3.1: a hold is meant to be lifted, which is not offered here.
    private nonisolated func check(_ reason: RevocationReason) throws(RevocationFailure) {
        guard reason != .certificateHold else { throw .holdIsNotOffered }
    }

    private func revoke(
        _ records: [IssuanceRecord], _ reason: RevocationReason, _ actor: String
    ) async throws(RevocationFailure) -> RevocationOutcome {
        let now = clock().cutToSecond
        let orders = records.map { record in
            RevocationOrder(
                serialNumber: record.intent.serialNumber, revocation: Revocation(reason, since: now),
                audit: AuditAppend(.revoked(record.intent, reason, actor: actor, at: now), sealedBy: sealer))
        }
        let revoked: [SerialNumber]
        do throws(StoreFailure) {
            revoked = try await store.revoke(orders)
        } catch {
            throw .store(error)
        }
        let already = records.map(\.intent.serialNumber).filter { !revoked.contains($0) }
        return RevocationOutcome(revoked: revoked, alreadyRevoked: already)
    }
}

/// What a revocation changed.
public struct RevocationOutcome: Equatable, Sendable {
    public let revoked: [SerialNumber]
    /// These keep the reason and date that they had.
    public let alreadyRevoked: [SerialNumber]
}

/// Why nothing was revoked.
public enum RevocationFailure: Error, Equatable, Sendable {
    case unknownSerial(SerialNumber)
    /// No certificate of this identity is still running.
    case unknownIdentity(SubjectName)
    case holdIsNotOffered
    case store(StoreFailure)

    public var explanation: String {
        switch self {
        case .unknownSerial(let serial): "no certificate here has serial number \(serial)"
        case .unknownIdentity(let identity): "no certificate of \(identity) is still running"
        case .holdIsNotOffered: "certificateHold can be lifted again, and a revocation here cannot"
        case .store(let failure): failure.explanation
        }
    }
}

extension AuditEvent {
    fileprivate static func revoked(
        _ intent: IssuanceIntent, _ reason: RevocationReason, actor: String, at now: Date
    ) -> AuditEvent {
        AuditEvent(
            .certificateRevoked, at: now, actor: actor, subject: intent.identity,
            details: [
                "serial": intent.serialNumber.description, "reason": reason.rawValue,
                "key": intent.publicKey.description,
            ])
    }
}
