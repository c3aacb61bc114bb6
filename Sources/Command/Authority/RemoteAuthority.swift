import Foundation
import SymbolonAdministration
import SymbolonCertificates
import SymbolonClients
import SymbolonKeys
import SymbolonNames
import SymbolonStorage
import SymbolonTransport
import SymbolonVerification

/// The way to an authority elsewhere: where it listens, and which identity of this home comes to it.
struct RemoteAuthority: Sendable {
    let address: HostAndPort
    let identity: StoredIdentity
    let client: HTTPSClient

    var administration: RemoteAdministration { RemoteAdministration(client) }

    init(at address: HostAndPort, as identity: StoredIdentity) throws {
        self.address = address
        self.identity = identity
        let proof = try Self.proof(identity, address)
        client = HTTPSClient(to: ServerAddress(host: address.host, port: address.port), proving: proof)
    }

    /// Our end shows the identity; theirs has to be the server of the authority that issued it, wherever it listens.
    private static func proof(_ identity: StoredIdentity, _ address: HostAndPort) throws -> HTTPSProof {
        let now = Date()
        guard identity.leaf.notAfter >= now else {
            throw Complaint(
                what: "the identity \(identity.name) has ended, so no authority takes it for anybody",
                why: "its certificate was valid until \(Moment.text(identity.leaf.notAfter))",
                mend: "get a new one: symbolon pair CODE@\(address), with a code from symbolon invite", exit: .undecided
            )
        }
        do {
            return try HTTPSProof(
                identity: TLSIdentity(chain: identity.chain.map(\.der), pkcs8: identity.key.pkcs8()),
                trusting: Verifier(anchors: identity.trustAnchors), expecting: try expectation(identity))
        } catch let failure as TLSFailure {
            throw Complaint(
                what: "the identity \(identity.name) cannot be shown to an authority", why: failure.explanation,
                exit: .undecided)
        }
    }

    private static func expectation(_ identity: StoredIdentity) throws -> Expectation {
        guard let domain = identity.spiffeID?.trustDomain else {
            throw Complaint(
                what: "the identity \(identity.name) cannot be shown to an authority",
                why: "it names no trust domain, so nothing says which authority it belongs to",
                mend: "come as a person or a client: name one with --as NAME", exit: .undecided)
        }
        return try .authority(of: domain)
    }
}

extension StoredIdentity {
    /// An anchor speaks for the trust domain that its own certificate names; one that names none, for the domain of this
    /// identity.
    var trustAnchors: [TrustAnchor] {
        anchors.map { certificate in
            TrustAnchor(
                certificate, for: certificate.spiffeID { $0.path.isEmpty }?.trustDomain ?? spiffeID?.trustDomain)
        }
    }

    /// Of the leaf.
    var spiffeID: SPIFFEID? { leaf.spiffeID { _ in true } }
}

extension Certificate {
    fileprivate func spiffeID(_ isWanted: (SPIFFEID) -> Bool) -> SPIFFEID? {
        for name in extensions.subjectAlternativeNames ?? [] {
            if case .spiffe(let identity)? = try? name.subjectName(), isWanted(identity) { return identity }
        }
        return nil
    }
}
