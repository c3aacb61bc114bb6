public import Foundation
public import SymbolonAudit
public import SymbolonCertificates
public import SymbolonKeys
import SymbolonNames

/// What the authority writes down beside what it issues.
extension IssuingAuthority {
    /// After a failure: the serial number is given up when it was intended, and the refusal goes into the record.
    ///
    /// A store that cannot write now keeps the intent unfinished, and `recover` gives it up later.
    func account(for failure: IssuanceFailure, of request: IssuanceRequest, intended: SerialNumber?) async {
        let now = clock()
        if case .signedBytesDiffer(let serialNumber) = failure {
            let event = AuditEvent(
                .authorityHalted, at: now, actor: request.actor, subject: configuration.trustDomain.description,
                details: ["serial": serialNumber.description, "because": failure.explanation])
            try? await store.append(AuditAppend(event, sealedBy: sealer))
        }
        if let intended {
            let cause = failure.explanation
            let event = AuditEvent.abandoned(intended, because: cause, actor: request.actor, at: now)
            try? await store.abandon(
                intended, because: cause, at: now, audit: AuditAppend(event, sealedBy: sealer))
        } else {
            let event = AuditEvent.refused(request, because: failure.explanation, at: now)
            try? await store.append(AuditAppend(event, sealedBy: sealer))
        }
    }

    /// Gives up intents that nobody is working on any more. Their serial numbers stay taken, and since the bytes to be
    /// signed are recorded, each can still be revoked.
    /// - Parameter age: intents younger than this may be under way in another process; 10 s is many times what an
    ///   issuance takes. One that is given up by mistake fails at its last step and leaves nothing.
    /// - Returns: the serial numbers given up.
    public func recover(olderThan age: Duration = .seconds(10)) async throws(StoreFailure) -> [SerialNumber] {
        let now = clock()
        let cause = "the process that intended it ended"
        var abandoned: [SerialNumber] = []
        for intent in try await store.unfinishedIntents() where intent.at <= now - age.wholeSeconds {
            let event = AuditEvent.abandoned(intent.serialNumber, because: cause, actor: intent.actor, at: now)
            do throws(StoreFailure) {
                try await store.abandon(
                    intent.serialNumber, because: cause, at: now, audit: AuditAppend(event, sealedBy: sealer))
                abandoned.append(intent.serialNumber)
            } catch .conflict {
                continue
            }
        }
        return abandoned
    }

    /// Blocks a key under every profile, for good.
    public func block(_ key: KeyFingerprint, because cause: String, actor: String) async throws(StoreFailure) {
        let event = AuditEvent(
            .keyBlocked, at: clock(), actor: actor, subject: key.description, details: ["because": cause])
        try await store.block(key, because: cause, audit: AuditAppend(event, sealedBy: sealer))
    }

    /// Adds an entry about something done with the authority's certificates elsewhere, such as an export.
    public func note(
        _ kind: AuditEventKind, subject: String, actor: String, details: [String: String] = [:]
    ) async throws(StoreFailure) {
        let event = AuditEvent(kind, at: clock(), actor: actor, subject: subject, details: details)
        try await store.append(AuditAppend(event, sealedBy: sealer))
    }

    /// An event that a store may add to this authority's record, in the transaction that makes it true.
    public func sealed(_ event: AuditEvent) -> AuditAppend { AuditAppend(event, sealedBy: sealer) }

    /// What became of a serial number; `nil` when it was never reserved here.
    public func record(of serialNumber: SerialNumber) async throws(StoreFailure) -> IssuanceRecord? {
        try await store.certificate(serialNumber)
    }

    /// The public half of the key that signs the head of the audit record.
    public var auditKey: PublicKey { sealer.publicKey }

    /// The time by the authority's clock.
    public var now: Date { clock() }
}
