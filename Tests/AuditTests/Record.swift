import Foundation
import SymbolonKeys
import SymbolonTestSupport

@testable import SymbolonAudit

/// An honest record in memory, kept the way a store keeps it.
struct Record {
    let sealer: AuditSealer
    var entries: [StoredAuditEntry] = []
    var head: AuditHead?

    init(_ count: Int = 0) throws {
        sealer = try AuditSealer(key: .make(.ed25519))
        for number in 0..<count { try append(Self.event(number)) }
    }

    mutating func append(_ event: AuditEvent) throws {
        var continuation = AuditContinuation(after: entries.last, head: head)
        entries.append(try continuation.append(AuditAppend(event, sealedBy: sealer)))
        head = try continuation.head()
    }

    func verdict(noted: AuditHead? = nil) -> AuditVerdict {
        AuditChain.verify(entries, head: head, key: sealer.publicKey, noted: noted)
    }

    /// Recomputes the hash of the entry at `index`, as somebody would who knows the format but has no key.
    mutating func rehash(_ index: Int) throws {
        let edited = entries[index]
        entries[index].hash = AuditEntry.hash(
            previous: edited.previous, sequence: edited.sequence, event: edited.event)
    }

    static func event(_ number: Int) -> AuditEvent {
        AuditEvent(
            .certificateIssued, at: noon + Double(number), actor: "operator", subject: "spiffe://example.internal/web",
            details: ["serial": "\(number)", "profile": "service"])
    }
}
