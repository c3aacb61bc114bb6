import Foundation
import SymbolonAudit
import SymbolonCertificates
import SymbolonKeys
import SymbolonRevocation
import SymbolonTestSupport
import Synchronization

@testable import SymbolonAuthority

/// Ends, each with the value of the change counter that it has confirmed.
final class Ends: EndConfirmations {
    let confirmed: Mutex<[String: UInt64]>

    init(_ confirmed: [String: UInt64] = [:]) { self.confirmed = Mutex(confirmed) }

    func stragglers(before changeCounter: UInt64) async throws(StoreFailure) -> [String] {
        confirmed.withLock { $0.filter { $0.value < changeCounter }.keys.sorted() }
    }

    func confirm(_ counter: UInt64) {
        confirmed.withLock { ends in for name in ends.keys { ends[name] = max(ends[name] ?? 0, counter) } }
    }
}

/// An authority whose issuers come and go: new at noon, with two ends that live.
struct Dynasty {
    let store: InMemoryStore
    let clock = ManualClock()
    let keys: KeyRing
    let ends = Ends(["web on alpha": 0, "ledger on beta": 0])
    let creation: AuthorityCreation
    let authority: IssuingAuthority
    let succession: Succession

    init(on contents: InMemoryStore.Contents? = nil, of creation: AuthorityCreation? = nil, keys: KeyRing? = nil)
        async throws
    {
        let made = try creation ?? AuthorityCreation(.example)
        let store = InMemoryStore(contents ?? InMemoryStore.Contents())
        let ring = keys ?? KeyRing([made.rootKey, made.issuingKey])
        let clock = clock
        if contents == nil { _ = try await made.run(in: store, actor: "operator", at: noon) }
        let active = try await store.issuers().first { $0.role == .issuing && $0.state == .active }
        guard let active, let signer = try await ring.signer(.issuing, active.key) else { throw StoreFailure.overtaken }
        authority = try await IssuingAuthority.open(
            store,
            keys: AuthorityKeys(issuing: signer, audit: made.auditKey) { key throws(KeysUnavailable) in
                try await ring.signer(.issuing, key)
            }, clock: { clock.now })
        succession = Succession(authority, keys: ring, ends: ends, lists: store)
        (self.store, self.keys, self.creation) = (store, ring, made)
    }

    /// Every end has taken up what there is.
    func heard() { ends.confirm(store.snapshot.changeCounter) }

    func issue(_ name: String = "web", replacing: SerialNumber? = nil) async throws -> IssuedCertificate {
        var request = IssuanceRequest.example(name: name, key: SigningKey.make(.p256).publicKey)
        request.replaces = replacing
        return try await authority.issue(request)
    }

    func issuer(_ name: String) -> Issuer? { store.snapshot.issuers.first { $0.name == name } }

    func rootList(_ root: Issuer) async throws -> CertificateList? {
        try await store.list(of: root.key, .whole, .complete).map { try CertificateList(der: $0.der) }
    }
}
