import Foundation
import SymbolonAudit
import SymbolonAuthority
import SymbolonStorage

extension LocalAuthority {
    /// Opens the authority on a store that was put back to an earlier day, because the operator says so; the record says
    /// so from then on.
    static func acceptRestored(
        _ home: HomeFolder, passphrase source: PassphraseSource?
    ) async throws -> (LocalAuthority, StoreRestoration) {
        let passphrase = try passphrase(of: home, source)
        do {
            guard let noted = try home.auditHead.read() else { throw AuthorityFailure.storeWasNotPutBack }
            let (store, keys) = try await unsealed(home, passphrase)
            let (issuing, restoration) = try await IssuingAuthority.openRestored(
                store, keys: keys, noted: noted, actor: actor, clock: { Date() })
            if let head = try await store.auditEnd()?.head { try home.auditHead.replace(with: head) }
            _ = try await issuing.recover()
            let authority = LocalAuthority(home: home, store: store, issuing: issuing, passphrase: passphrase)
            return (authority, restoration)
        } catch {
            throw Complaint(opening: home, error)
        }
    }
}

/// What `symbolon up --accept-restored-store` did, and what it means.
struct RestorationSummary: Encodable {
    /// Entries of the record that were noted, and entries that the store was found with.
    let notedEntries: Int64
    let foundEntries: Int64
    /// When the last certificate that the store may have forgotten ends.
    let forgottenUntil: Date

    init(_ restoration: StoreRestoration) {
        notedEntries = restoration.noted
        foundEntries = restoration.found
        forgottenUntil = restoration.forgottenUntil
    }

    func lines(_ terminal: Terminal) -> [String] {
        [
            terminal.styled("The restored store is accepted, and the record says so.", .bold),
            "  It was found with \(foundEntries) entries where \(notedEntries) were noted.",
            "  Certificates issued after the backup are unknown to it: they cannot be listed or",
            "  revoked by name. They end by themselves, the last by \(Moment.text(forgottenUntil)).",
            "  Revocations made after the backup no longer hold: make them again where you know them.",
            "",
        ]
    }
}
