public import Foundation
public import SymbolonAdministration
import SymbolonCertificates
import SymbolonNames
import SymbolonWire

/// Begins to believe another authority, for names of its own trust domain, when an exchange that a code proved has brought its root.
///
/// The operator vouches for the exchange: it was his machine that held it.
public struct BeginFederation: AdministrativeOperation {
    public static let name = "beginFederation"
    public static let access = Access.role(.administrator)
    public static let endpoint = OperationEndpoint(.post, "federations", status: 201)
    public static let recording = Recording.byChange

    public let trustDomain: String
    /// The root, PEM.
    public let anchor: String
    /// At most five years off, and no longer than the root lives.
    public let until: Date
    /// By what exchange: the code's number and the other authority's address, for the record. At most 300 octets.
    public let because: String

    public init(trustDomain: String, anchor: String, until: Date, because: String) {
        self.trustDomain = trustDomain
        self.anchor = anchor
        self.until = until
        self.because = because
    }

    public var subject: String { trustDomain }

    public func perform(with part: FederationDesk, in call: Call) async throws(AdministrationFailure)
        -> FederationReport
    {
        try await part.begin(self, in: call)
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
