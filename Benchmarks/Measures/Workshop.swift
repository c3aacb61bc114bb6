import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonStorage

/// A real authority on a real store, as `symbolon up` makes one.
struct Workshop: Sendable {
    let folder: String
    let authority: IssuingAuthority
    /// Certified again and again: making keys is not what is measured.
    let key: SigningKey

    static func open(in folder: String) async throws -> Workshop {
        let store = try AuthorityDatabase.create(at: folder + "/authority.sqlite")
        let creation = AuthorityCreation(
            try AuthorityConfiguration(trustDomain: TrustDomain("bench.internal")))
        _ = try await creation.run(in: store, actor: "bench", at: Date())
        let authority = try await IssuingAuthority.open(
            store, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey), clock: { Date() })
        return Workshop(folder: folder, authority: authority, key: .make(.p256))
    }

    func issue(_ name: String) async throws -> IssuedCertificate {
        try await authority.issue(
            IssuanceRequest(profile: .client, name: name, publicKey: key.publicKey, actor: "bench"))
    }
}
