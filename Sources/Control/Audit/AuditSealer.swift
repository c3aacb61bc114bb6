public import Foundation
public import SymbolonKeys
import Synchronization

/// Numbers, chains and signs what is added to the record; `AuditContinuation` uses it inside a store's transaction.
public struct AuditSealer: Sendable {
    private let key: SigningKey
    private let lastSealed = LastSealed()

    /// What was sealed last here: finding the same stored saves verifying what this key signed, and hashing it again.
    private final class LastSealed: Sendable {
        struct End: Sendable {
            let entry: StoredAuditEntry
            let head: AuditHead
        }

        let end = Mutex<End?>(nil)
    }

    /// Refuses a key that is not Ed25519: a head has one form of signature.
    public init(key: SigningKey) throws(AuditFailure) {
        guard key.algorithm == .ed25519 else { throw .keyIsNotEd25519 }
        self.key = key
    }

    public var publicKey: PublicKey { key.publicKey }

    func hasKey(of other: AuditSealer) -> Bool {
        lastSealed === other.lastSealed || publicKey == other.publicKey
    }

    /// The entry that follows `last`, which was checked.
    func entry(_ event: AuditEvent, after last: StoredAuditEntry?) throws(AuditFailure) -> StoredAuditEntry {
        let (sequence, overflow) = (last?.sequence ?? 0).addingReportingOverflow(1)
        guard !overflow else { throw .endDoesNotFit(sequence: last?.sequence ?? 0) }
        let (previous, bytes) = (last?.hash ?? AuditEntry.beforeFirst, event.canonicalBytes)
        let hash = AuditEntry.hash(previous: previous, sequence: sequence, event: bytes)
        return StoredAuditEntry(sequence: sequence, previous: previous, event: bytes, hash: hash)
    }

    /// The stored end is one that this key signed for.
    func check(_ last: StoredAuditEntry?, _ head: AuditHead?) throws(AuditFailure) {
        switch (last, head) {
        case (nil, nil):
            return
        case (nil, let head?):
            throw .endDoesNotFit(sequence: head.count)
        case (let last?, nil):
            throw .headMissing(after: last.sequence)
        case (let last?, let head?):
            let sealed = lastSealed.end.withLock { $0 }
            if let sealed, sealed.head == head, sealed.entry == last { return }
            guard sealed?.head == head || head.isSigned(by: publicKey) else {
                throw .headNotSigned(count: head.count)
            }
            guard head.count == last.sequence, head.hash == last.hash else {
                throw .endDoesNotFit(sequence: last.sequence)
            }
            guard last.hash == last.recomputedHash else { throw .hashDiffers(sequence: last.sequence) }
        }
    }

    /// The head that signs for everything up to this entry.
    func sign(_ last: StoredAuditEntry) throws(AuditFailure) -> AuditHead {
        let head: AuditHead
        do {
            let signature = try key.sign(AuditHead.signedBytes(count: last.sequence, hash: last.hash))
            head = AuditHead(count: last.sequence, hash: last.hash, signature: signature)
        } catch {
            throw .signing(error)
        }
        lastSealed.end.withLock { $0 = LastSealed.End(entry: last, head: head) }
        return head
    }

    /// When a stored entry was made, once it is seen that its event is the one that was hashed.
    public func time(of stored: StoredAuditEntry) throws(AuditFailure) -> Date {
        guard lastSealed.end.withLock({ $0?.entry == stored }) else { return try AuditEntry(stored).event.at }
        return try AuditEvent.time(inCanonicalBytes: stored.event)
    }
}
