public import SymbolonKeys
import Synchronization

/// Adds to the record: numbers, chains and signs. A store calls it inside the transaction that reads the last entry.
public struct AuditSealer: Sendable {
    private let key: SigningKey
    private let lastSealed = LastSealed()

    /// The head that was signed last here: finding the same one stored saves verifying what this key signed.
    private final class LastSealed: Sendable {
        let head = Mutex<AuditHead?>(nil)
    }

    /// Refuses a key that is not Ed25519: a head has one form of signature.
    public init(key: SigningKey) throws(AuditFailure) {
        guard key.algorithm == .ed25519 else { throw .keyIsNotEd25519 }
        self.key = key
    }

    public var publicKey: PublicKey { key.publicKey }

    /// The next entry and the head that signs for it.
    ///
    /// The stored end must be the one this key signed last. Otherwise a record that was cut or edited would be made
    /// good again by the next honest entry.
    /// - Parameters:
    ///   - last: the stored entry with the highest sequence; `nil` only for an empty record.
    ///   - head: the stored head; `nil` only for an empty record.
    public func seal(
        _ event: AuditEvent, after last: StoredAuditEntry?, head: AuditHead?
    ) throws(AuditFailure) -> SealedAuditEntry {
        try checkEnd(last, head)
        let (sequence, overflow) = (last?.sequence ?? 0).addingReportingOverflow(1)
        guard !overflow else { throw .endDoesNotFit(sequence: last?.sequence ?? 0) }
        let entry = AuditEntry(sequence: sequence, previous: last?.hash ?? AuditEntry.beforeFirst, event: event)
        let next = try sign(entry)
        lastSealed.head.withLock { $0 = next }
        return SealedAuditEntry(entry: entry, head: next)
    }

    private func checkEnd(_ last: StoredAuditEntry?, _ head: AuditHead?) throws(AuditFailure) {
        switch (last, head) {
        case (nil, nil):
            return
        case (nil, let head?):
            throw .endDoesNotFit(sequence: head.count)
        case (let last?, nil):
            throw .headMissing(after: last.sequence)
        case (let last?, let head?):
            guard lastSealed.head.withLock({ $0 }) == head || head.isSigned(by: publicKey) else {
                throw .headNotSigned(count: head.count)
            }
            guard head.count == last.sequence, head.hash == last.hash else {
                throw .endDoesNotFit(sequence: last.sequence)
            }
            guard last.hash == last.recomputedHash else { throw .hashDiffers(sequence: last.sequence) }
        }
    }

    private func sign(_ entry: AuditEntry) throws(AuditFailure) -> AuditHead {
        do {
            let signature = try key.sign(AuditHead.signedBytes(count: entry.sequence, hash: entry.hash))
            return AuditHead(count: entry.sequence, hash: entry.hash, signature: signature)
        } catch {
            throw .signing(error)
        }
    }
}

/// What a store writes in one transaction: the new last entry, and the head that replaces the one before.
public struct SealedAuditEntry: Equatable, Sendable {
    public let entry: AuditEntry
    public let head: AuditHead
}
