public import Foundation
import SymbolonAudit
public import SymbolonCertificates
import SymbolonKeys
public import SymbolonNames
public import SymbolonRevocation

/// Taking certificates back. What was revoked stays so, with its first date: only a hold can be lifted, and only the
/// reason can become a graver one.
extension IssuingAuthority {
    /// Revokes one certificate by its serial number, whatever became of it: issued, abandoned or still under way. A hold is
    /// for what was issued.
    /// - Parameters:
    ///   - reach: whether what is revoked already may be revoked for another reason.
    ///   - invalidSince: when the key was lost or the certificate became false, where that is known.
    public func revoke(
        _ serialNumber: SerialNumber, reason: RevocationReason, reach: RevocationOrder.Reach = .unrevoked,
        invalidSince: Date? = nil, actor: String
    ) async throws(RevocationFailure) -> RevocationOutcome {
        try await revoke([serialNumber], reason: reason, reach: reach, invalidSince: invalidSince, actor: actor)
    }

    /// Revokes these certificates in one transaction: all, or none when one of them is not known. Under `.raising`, a key
    /// that is compromised takes every certificate that uses it, and has not ended, with it.
    public func revoke(
        _ serialNumbers: [SerialNumber], reason: RevocationReason, reach: RevocationOrder.Reach = .unrevoked,
        invalidSince: Date? = nil, actor: String
    ) async throws(RevocationFailure) -> RevocationOutcome {
        var records: [IssuanceRecord] = []
        for serialNumber in serialNumbers { records.append(try await known(serialNumber)) }
        if reason == .keyCompromise, reach == .raising { records += try await others(withKeysOf: records) }
        return try await revoke(records, reason, reach, invalidSince, actor)
    }

    /// What else uses a key of these and has not ended.
    public func others(
        withKeysOf records: [IssuanceRecord]
    ) async throws(RevocationFailure) -> [IssuanceRecord] {
        var seen = Set(records.map(\.intent.serialNumber))
        var found: [IssuanceRecord] = []
        for key in Set(records.map(\.intent.publicKey)) {
            do throws(StoreFailure) {
                let query = CertificateQuery(key: key, validAt: clock(), limit: .max)
                for record in try await store.certificates(matching: query)
                where seen.insert(record.intent.serialNumber).inserted { found.append(record) }
            } catch {
                throw .store(error)
            }
        }
        return found
    }

    /// Revokes every certificate of an identity that has not ended yet, also those still under way.
    public func revoke(
        _ identity: SubjectName, reason: RevocationReason, actor: String
    ) async throws(RevocationFailure) -> RevocationOutcome {
        let records: [IssuanceRecord]
        do throws(StoreFailure) {
            records = try await store.certificates(
                matching: CertificateQuery(identity: identity.description, validAt: clock(), limit: .max))
        } catch {
            throw .store(error)
        }
        guard !records.isEmpty else { throw .unknownIdentity(identity) }
        return try await revoke(records, reason, .unrevoked, nil, actor)
    }

    /// Lifts a hold: the certificate is good again. RFC 5280 §5.3.1 (removeFromCRL).
    public func release(_ serialNumber: SerialNumber, actor: String) async throws(RevocationFailure) {
        let record = try await known(serialNumber)
        let now = clock().cutToSecond
        let order = ReleaseOrder(
            serialNumber: serialNumber, at: now,
            audit: AuditAppend(.released(record.intent, actor: actor, at: now), sealedBy: sealer))
        let released: [SerialNumber]
        do throws(StoreFailure) {
            released = try await store.release([order])
        } catch {
            throw .store(error)
        }
        guard !released.isEmpty else { throw .notOnHold(serialNumber) }
    }

    /// The version of what is to be believed now.
    public func changeCounter() async throws(StoreFailure) -> UInt64 { try await store.changeCounter() }

    func known(_ serialNumber: SerialNumber) async throws(RevocationFailure) -> IssuanceRecord {
        let record: IssuanceRecord?
        do throws(StoreFailure) {
            record = try await store.certificate(serialNumber)
        } catch {
            throw .store(error)
        }
        guard let record else { throw .unknownSerial(serialNumber) }
        return record
    }

    private func revoke(
        _ records: [IssuanceRecord], _ reason: RevocationReason, _ reach: RevocationOrder.Reach, _ invalidSince: Date?,
        _ actor: String
    ) async throws(RevocationFailure) -> RevocationOutcome {
        let orders = orders(for: records, reason, reach, invalidSince, actor)
        let revoked: [SerialNumber]
        do throws(StoreFailure) {
            revoked = try await store.revoke(orders)
        } catch {
            throw .store(error)
        }
        let already = records.map(\.intent.serialNumber).filter { !revoked.contains($0) }
        return RevocationOutcome(revoked: revoked, alreadyRevoked: already)
    }

    /// Each with its audit entry, as of now.
    func orders(
        for records: [IssuanceRecord], _ reason: RevocationReason, _ reach: RevocationOrder.Reach,
        _ invalidSince: Date?, _ actor: String
    ) -> [RevocationOrder] {
        let now = clock().cutToSecond
        return records.map { record in
            RevocationOrder(
                serialNumber: record.intent.serialNumber, revocation: Revocation(reason, since: now), reach: reach,
                invalidSince: invalidSince?.cutToSecond,
                audit: AuditAppend(
                    .revoked(record.intent, reason, invalidSince, actor: actor, at: now), sealedBy: sealer)
            )
        }
    }
}

/// What a revocation changed.
public struct RevocationOutcome: Equatable, Sendable {
    /// Revoked now, or for a graver reason than before.
    public let revoked: [SerialNumber]
    /// These keep the reason and date that they had.
    public let alreadyRevoked: [SerialNumber]
}

/// Why nothing was revoked, or released.
public enum RevocationFailure: Error, Equatable, Sendable {
    case unknownSerial(SerialNumber)
    /// No certificate of this identity is still running.
    case unknownIdentity(SubjectName)
    case notOnHold(SerialNumber)
    case store(StoreFailure)

    public var explanation: String {
        switch self {
        case .unknownSerial(let serial): "no certificate here has serial number \(serial)"
        case .unknownIdentity(let identity): "no certificate of \(identity) is still running"
        case .notOnHold(let serial): "certificate \(serial) is not on hold"
        case .store(let failure): failure.explanation
        }
    }
}

extension AuditEvent {
    fileprivate static func revoked(
        _ intent: IssuanceIntent, _ reason: RevocationReason, _ invalidSince: Date?, actor: String, at now: Date
    ) -> AuditEvent {
        var details = [
            "serial": intent.serialNumber.description, "reason": reason.rawValue, "key": intent.publicKey.description,
        ]
        if let invalidSince { details["invalidSince"] = CertificateTime(invalidSince).description }
        return AuditEvent(.certificateRevoked, at: now, actor: actor, subject: intent.identity, details: details)
    }

    fileprivate static func released(_ intent: IssuanceIntent, actor: String, at now: Date) -> AuditEvent {
        AuditEvent(
            .certificateReleased, at: now, actor: actor, subject: intent.identity,
            details: ["serial": intent.serialNumber.description, "key": intent.publicKey.description])
    }
}
