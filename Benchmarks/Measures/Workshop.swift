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
    let issuingKey: SigningKey
    /// Certified again and again: making keys is not what is measured.
    let key: SigningKey

    static func open(in folder: String) async throws -> Workshop {
        let store = try AuthorityDatabase.create(at: storeFile(in: folder))
        let creation = AuthorityCreation(
            try AuthorityConfiguration(trustDomain: TrustDomain("bench.internal")))
        _ = try await creation.run(in: store, actor: "bench", at: Date())
        let authority = try await IssuingAuthority.open(
            store, keys: AuthorityKeys(issuing: creation.issuingKey, audit: creation.auditKey), clock: { Date() })
        return Workshop(
            folder: folder, authority: authority, issuingKey: creation.issuingKey, key: .make(.p256))
    }

    static func storeFile(in folder: String) -> String { folder + "/authority.sqlite" }

    /// For the same measure of another verifier.
    func writePath(of leaf: Certificate) throws {
        for (name, certificate) in [("leaf", leaf), ("issuing", authority.issuing), ("root", authority.root)] {
            try Data(certificate.der).write(to: URL(fileURLWithPath: "\(folder)/\(name).der"))
        }
    }

    func issue(_ name: String) async throws -> IssuedCertificate {
        try await authority.issue(
            IssuanceRequest(profile: .client, name: name, publicKey: key.publicKey, actor: "bench"))
    }
}
