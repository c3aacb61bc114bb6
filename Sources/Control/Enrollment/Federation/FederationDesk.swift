public import Foundation
import SymbolonAdministration
import SymbolonAudit
public import SymbolonAuthority
import SymbolonCertificates
import SymbolonNames
import SymbolonWire

/// Says which other authorities are believed, and ends it.
public struct FederationDesk: Sendable {
    let authority: IssuingAuthority
    let store: any FederationStore

    public init(authority: IssuingAuthority, store: any FederationStore) {
        self.authority = authority
        self.store = store
    }

    /// Begins to believe what another authority proposed in an exchange that a code proved.
    public func begin(
        _ proposal: FederationProposal, until: Date, actor: String
    ) async throws(FederationDeskFailure) -> FederatedAuthority {
        let federated: FederatedAuthority
        do {
            federated = try proposal.authority(
                beside: authority.configuration.trustDomain, now: authority.now, until: until, actor: actor)
        } catch {
            throw .refused(error)
        }
        let event = AuditEvent(
            .federationBegun, at: authority.now, actor: actor, subject: federated.trustDomain.description,
            details: [
                "anchor": federated.anchor.fingerprint.description, "until": federated.until.formatted(.iso8601),
            ])
        do {
            try await store.put(federated, audit: authority.sealed(event))
        } catch {
            throw .store(error)
        }
        return federated
    }

    func begin(_ wish: BeginFederation, in call: Call) async throws(AdministrationFailure) -> FederationReport {
        let what = "the authority of \(wish.trustDomain.debugDescription) is not believed"
        guard wish.until <= authority.now + FederatedAuthority.longestLife.wholeSeconds else {
            throw AdministrationFailure(
                .refused, what: what, why: "another authority is believed for five years at most",
                mend: "say for how long: --for 90d")
        }
        guard wish.because.utf8.count <= 300 else {
            throw AdministrationFailure(.malformed, what: what, why: "because is over 300 octets")
        }
        do throws(FederationDeskFailure) {
            return FederationReport(
                try await begin(
                    FederationProposal(trustDomain: wish.trustDomain, anchor: wish.anchor), until: wish.until,
                    actor: "\(call.actor) by \(wish.because.debugDescription)"))
        } catch {
            switch error {
            case .refused(let failure): throw AdministrationFailure(.refused, what: what, why: failure.explanation)
            case .store(let failure): throw AdministrationFailure(failure)
            }
        }
    }

    func list() async throws(AdministrationFailure) -> FederationList {
        do {
            let now = authority.now
            return FederationList(
                authorities: try await store.federations().filter { !$0.isOver(at: now) }
                    .map(FederationReport.init))
        } catch {
            throw AdministrationFailure(error)
        }
    }

    func end(_ domain: String, in call: Call) async throws(AdministrationFailure) -> Done {
        let event = AuditEvent(.federationEnded, at: authority.now, actor: call.actor, subject: domain)
        guard let trustDomain = try? TrustDomain(domain) else { throw Self.unknown(domain) }
        let isGone: Bool
        do {
            isGone = try await store.removeFederation(trustDomain, audit: authority.sealed(event))
        } catch {
            throw AdministrationFailure(error)
        }
        guard isGone else { throw Self.unknown(domain) }
        return Done()
    }

    private static func unknown(_ domain: String) -> AdministrationFailure {
        AdministrationFailure(
            .notFound, what: "no authority of \(domain.debugDescription) is believed here",
            mend: "see which are: symbolon federate list")
    }
}

/// Why a federation did not begin.
public enum FederationDeskFailure: Error, Equatable, Sendable {
    case refused(FederationFailure)
    case store(StoreFailure)

    public var explanation: String {
        switch self {
        case .refused(let failure): failure.explanation
        case .store(let failure): failure.explanation
        }
    }
}
