import Foundation
import SymbolonAuthority
import SymbolonCertificates
import SymbolonKeys
import SymbolonNames
import SymbolonProxy
import SymbolonRevocation
import SymbolonStorage
import SymbolonTransport

/// Somebody who should not get in, and how that must show.
struct Impostor: Sendable {
    let who: String
    let dress: Knock.Dress
    /// The reasons (`RefusalFacts.reason`) of which one must be given.
    let expected: Set<String>
}

/// Makes the impostors: some with certificates that the authority really issued, some with a stranger's.
struct ImpostorWorkshop: Sendable {
    let authority: LocalAuthority
    let client: IdentityName

    /// Lives one second: by the time it is shown it has ended. Made early so that nobody waits for it.
    func expiring() async throws -> MadeIdentity {
        try await make(client.description, .client, life: .seconds(1), by: authority)
    }

    func all(service: StoredIdentity, expired: MadeIdentity, stranger: LocalAuthority) async throws -> [Impostor] {
        let revoked = try await make(client.description, .client, by: authority)
        _ = try await authority.issuing.revoke(
            revoked.leaf.serialNumber, reason: .keyCompromise, actor: LocalAuthority.actor)
        let foreign = try await make(client.description, .client, by: stranger)
        let visitor = try await make("visitor", .client, by: authority)
        return [
            Impostor(who: "no certificate", dress: .tls(nil), expected: ["noCertificate"]),
            Impostor(
                who: "the same names from a stranger's authority", dress: .tls(try foreign.tls),
                expected: ["issuerUnknown"]),
            Impostor(who: "a certificate that has expired", dress: .tls(try expired.tls), expected: ["expired"]),
            Impostor(who: "a certificate that was revoked", dress: .tls(try revoked.tls), expected: ["revoked"]),
            Impostor(
                who: "the service's certificate, used as a client",
                dress: .tls(try TLSIdentity(chain: service.chain.map(\.der), pkcs8: service.key.pkcs8())),
                expected: ["extendedKeyUsageUnfit"]),
            Impostor(who: "somebody proved, whom no rule allows", dress: .tls(try visitor.tls), expected: ["policy"]),
            Impostor(who: "HTTP without TLS", dress: .plain, expected: ["plaintextHTTP"]),
        ]
    }

    /// An authority of the same name, in a folder of its own, with keys of its own.
    static func stranger(_ configuration: AuthorityConfiguration, in folder: String) async throws -> LocalAuthority {
        try await LocalAuthority.create(in: HomeFolder(folder), configuration, passphrase: nil)
    }

    private func make(
        _ name: String, _ profile: ProfileName, life: Duration? = nil, by authority: LocalAuthority
    ) async throws -> MadeIdentity {
        let key = SigningKey.make(.p256)
        let issued = try await authority.issuing.issue(
            IssuanceRequest(
                profile: profile, name: name, publicKey: key.publicKey, life: life, actor: LocalAuthority.actor))
        return MadeIdentity(chain: issued.chain, key: key)
    }
}

/// A certificate and key that are used once and kept nowhere.
struct MadeIdentity: Sendable {
    let chain: [Certificate]
    let key: SigningKey

    var leaf: Certificate { chain[0] }
    var tls: TLSIdentity {
        get throws { try TLSIdentity(chain: chain.map(\.der), pkcs8: key.pkcs8()) }
    }
}
