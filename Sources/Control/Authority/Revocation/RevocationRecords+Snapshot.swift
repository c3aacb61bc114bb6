public import Foundation
public import SymbolonKeys
public import SymbolonRevocation

extension RevocationRecords {
    /// What verifiers look up. The store accounts for every certificate of its issuers, so one that is not revoked is
    /// good.
    public func snapshot(covering issuers: Set<KeyFingerprint>, at now: Date) -> RevocationSnapshot {
        RevocationSnapshot(revoked: revoked, covering: issuers, epoch: changeCounter, thisUpdate: now)
    }
}
