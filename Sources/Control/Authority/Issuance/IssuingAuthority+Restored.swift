public import Foundation
public import SymbolonAudit
import SymbolonCertificates
import SymbolonNames

/// Going on with a store that was put back to an earlier day, when there is no later copy.
extension IssuingAuthority {
    /// Opens such a store, and writes `authority.restored` as its next entry.
    ///
    /// - Parameter noted: the head that the store does not contain; `storeWasNotPutBack` when it does.
    public static func openRestored(
        _ store: any AuthorityStore, keys: AuthorityKeys, noted: AuditHead, actor: String,
        clock: @escaping @Sendable () -> Date
    ) async throws(AuthorityFailure) -> (IssuingAuthority, StoreRestoration) {
        do {
            _ = try await open(store, keys: keys, noted: noted, clock: clock)
        } catch .storeWasPutBack(let noted, let found) {
            let authority = try await open(store, keys: keys, clock: clock)
            let restoration = StoreRestoration(
                noted: noted, found: found, forgottenUntil: authority.latestEnd(at: clock()))
            try await authority.record(restoration, actor: actor)
            return (authority, restoration)
        }
        throw .storeWasNotPutBack
    }

    private func record(_ restoration: StoreRestoration, actor: String) async throws(AuthorityFailure) {
        do {
            try await note(
                .authorityRestored, subject: configuration.trustDomain.description, actor: actor,
                details: ["noted": "\(restoration.noted)", "found": "\(restoration.found)"])
        } catch {
            throw .store(error)
        }
    }

    /// When the last of all leaves that could have been issued until now ends.
    private func latestEnd(at now: Date) -> Date {
        let longest = CertificateProfile.all.filter(\.isForLeaves).map(\.maximumLife).max() ?? .zero
        return min(now + longest.wholeSeconds, issuing.notAfter)
    }
}

/// What was accepted about a store that was put back. What it has forgotten cannot be told from here: certificates that
/// can be neither listed nor revoked, and revocations, which no longer hold.
public struct StoreRestoration: Equatable, Sendable {
    /// The entries that the noted head counts.
    public let noted: Int64
    /// The entries that the store was found with.
    public let found: Int64
    /// By then every forgotten certificate has ended by itself.
    public let forgottenUntil: Date
}
