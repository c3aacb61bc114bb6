public import Foundation
public import SymbolonCertificates
public import SymbolonNames
import SymbolonWire

// What the two ends say to each other inside the connection that the code proved, as JSON. Certificates are PEM, times
// ISO 8601.

/// What the authority says of itself and of the invitation: the answer to `GET /pairing/v1`.
public struct PairingOffer: Codable, Equatable, Sendable {
    public let trustDomain: String
    public let organisation: String
    /// The root that everything issued here leads to.
    public let anchor: String
    public let expiresAt: Date
    /// What will be certified; nil: this is an introduction of two authorities.
    public let identity: OfferedIdentity?
    /// Until when the two authorities will believe each other; nil: a machine is introduced.
    public let federationUntil: Date?

    public init(
        trustDomain: String, organisation: String, anchor: String, expiresAt: Date, identity: OfferedIdentity?,
        federationUntil: Date?
    ) {
        self.trustDomain = trustDomain
        self.organisation = organisation
        self.anchor = anchor
        self.expiresAt = expiresAt
        self.identity = identity
        self.federationUntil = federationUntil
    }
}

/// The certificate that an invitation promises.
public struct OfferedIdentity: Codable, Equatable, Sendable {
    /// The name that policy will know the machine by.
    public let identity: String
    public let name: String
    public let profile: String
    /// What stands beside the identity, each with its kind in front.
    public let names: [String]

    public init(identity: String, name: String, profile: String, names: [String]) {
        self.identity = identity
        self.name = name
        self.profile = profile
        self.names = names
    }
}

/// `POST /pairing/v1/certificate`: a PKCS #10 request, whose key was made on the new machine and stays there.
public struct PairingRequest: Codable, Equatable, Sendable {
    public let request: String

    public init(request: String) { self.request = request }
}

/// The certificate, leaf first, then the issuing one.
public struct PairingAnswer: Codable, Equatable, Sendable {
    public let chain: String
    public let serial: String

    public init(chain: String, serial: String) {
        self.chain = chain
        self.serial = serial
    }
}

/// `POST /pairing/v1/federation`: the other authority's own trust domain and root, both ways.
public struct FederationProposal: Codable, Equatable, Sendable {
    public let trustDomain: String
    public let anchor: String

    public init(trustDomain: String, anchor: String) {
        self.trustDomain = trustDomain
        self.anchor = anchor
    }

    public init(trustDomain: TrustDomain, root: Certificate) {
        self.init(trustDomain: trustDomain.description, anchor: PEM.render(label: "CERTIFICATE", root.der))
    }

    func authority(
        beside own: TrustDomain, now: Date, until: Date, actor: String
    ) throws(FederationFailure) -> FederatedAuthority {
        guard let blocks = try? PEM.parse(Array(anchor.utf8)), blocks.count == 1, blocks[0].label == "CERTIFICATE",
            let certificate = try? Certificate(der: blocks[0].bytes), let domain = try? TrustDomain(trustDomain)
        else { throw .noAuthority }
        return try FederatedAuthority(
            proposed: certificate, for: domain, beside: own, now: now, until: until, actor: actor)
    }
}

/// `POST /pairing/v1/confirmation`: everything is stored; the invitation is used up.
public struct PairingConfirmation: Codable, Equatable, Sendable {
    public init() {}
}
