public import Foundation
public import SymbolonAdministration
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

/// Which other authorities are believed.
public struct ListFederations: AdministrativeOperation {
    public static let name = "listFederations"
    public static let access = Access.role(.viewer)
    public static let endpoint = OperationEndpoint(.get, "federations")

    public init() {}

    public var subject: String { "federations" }

    public func perform(with part: FederationDesk, in call: Call) async throws(AdministrationFailure)
        -> FederationList
    {
        try await part.list()
    }
}

/// Ends the belief in another authority: its peers are refused from now on.
public struct EndFederation: AdministrativeOperation {
    public static let name = "endFederation"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.delete, "federations", query: ["trustDomain": .text])
    public static let recording = Recording.byChange

    public let trustDomain: String

    public init(trustDomain: String) { self.trustDomain = trustDomain }

    public var subject: String { trustDomain }

    public func perform(with part: FederationDesk, in call: Call) async throws(AdministrationFailure) -> Done {
        try await part.end(trustDomain, in: call)
    }
}

/// By trust domain.
public struct FederationList: Codable, Equatable, Sendable {
    public let authorities: [FederationReport]

    public init(authorities: [FederationReport]) { self.authorities = authorities }
}

/// Another authority that is believed here.
public struct FederationReport: Codable, Equatable, Sendable {
    public let trustDomain: String
    /// SHA-256 over the DER of its root.
    public let fingerprint: String
    /// PEM.
    public let anchor: String
    public let since: Date
    public let until: Date
    public let introducedBy: String

    public init(_ federated: FederatedAuthority) {
        trustDomain = federated.trustDomain.description
        fingerprint = federated.anchor.fingerprint.description
        anchor = PEM.render(label: "CERTIFICATE", federated.anchor.der)
        since = federated.since
        until = federated.until
        introducedBy = federated.actor
    }
}
