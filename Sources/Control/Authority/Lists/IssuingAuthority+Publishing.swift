import Foundation
import SymbolonAudit
public import SymbolonKeys
import SymbolonNames
import Synchronization

extension IssuingAuthority {
    /// The key that it issues with, by which its lists are told from another's.
    public var key: KeyFingerprint { issuer.publicKey.fingerprint }

    /// From now on each certificate says that its list is here. What was said in earlier certificates stays: their lists are
    /// served at the same paths.
    ///
    /// Other processes that have this authority open see it by `refreshPermissions`.
    /// - Returns: false when that was so already.
    public func publish(at address: PublicationAddress, actor: String) async throws(AuthorityFailure) -> Bool {
        guard configuration.publishedAt.first != address else { return false }
        let now = clock()
        let event = AuditEvent(
            .authorityPublished, at: now, actor: actor, subject: configuration.trustDomain.description,
            details: ["address": address.description])
        do {
            try await store.publish(at: address, at: now, audit: AuditAppend(event, sealedBy: sealer))
        } catch {
            throw .store(error)
        }
        permitted.withLock { $0 = $0.publishing(at: [address] + $0.publishedAt) }
        return true
    }
}
