import Foundation
import SymbolonAdministration
import SymbolonAuthority
import SymbolonStorage

/// The first operator of an authority that has none: an identity of its own home, so that there is somebody to begin with.
struct FirstAdministrator {
    let authority: LocalAuthority
    let report: EndReport

    /// Its name in the home, and below the trust domain.
    static let name = "administrator"
    /// Long enough to introduce the people who come after it.
    private static let life = Duration.seconds(30 * 86_400)

    /// Once: where there are operators, nothing is done.
    func provide() async throws {
        guard try await authority.store.operators().isEmpty else { return }
        let identity = try await authority.issueIdentity(
            IdentityName(Self.name), profile: .client, life: Self.life)
        _ = try await authority.administration.perform(
            PutOperator(
                identity: "spiffe://\(authority.issuing.configuration.trustDomain)/\(Self.name)", role: .administrator))
        report.tell(.identity(.issued, identity))
    }
}
