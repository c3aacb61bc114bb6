internal import Foundation
public import SymbolonCertificates
public import SymbolonKeys
internal import SymbolonProxy
public import SymbolonRevocation
public import SymbolonTransport
public import SymbolonVerification

/// What the server proves itself with, and what it believes of its clients, at one moment. Replaced as a whole.
public struct ServerTrust: Sendable {
    public let identity: TLSIdentity
    public let leaf: Certificate
    public let anchors: [TrustAnchor]
    public let revocation: RevocationSources
    public let revocationMode: RevocationMode

    /// - Parameter chain: the leaf first; the trust anchor may be left out.
    public init(
        chain: [Certificate], key: SigningKey, anchors: [TrustAnchor], revocation: RevocationSources,
        revocationMode: RevocationMode = .required
    ) throws(TLSFailure) {
        guard let leaf = chain.first else { throw .emptyChain }
        self.leaf = leaf
        identity = try TLSIdentity(chain: chain.map(\.der), pkcs8: key.pkcs8())
        self.anchors = anchors
        self.revocation = revocation
        self.revocationMode = revocationMode
    }

    private init(
        _ other: ServerTrust, identity: TLSIdentity, anchors: [TrustAnchor], revocation: RevocationSources
    ) {
        self.identity = identity
        leaf = other.leaf
        revocationMode = other.revocationMode
        self.anchors = anchors
        self.revocation = revocation
    }

    /// The same identity, and other beliefs.
    public func believing(_ anchors: [TrustAnchor], _ revocation: RevocationSources) -> ServerTrust {
        ServerTrust(self, identity: identity, anchors: anchors, revocation: revocation)
    }

    /// The same, with an OCSP answer about the server's own certificate for clients that ask.
    public func stapling(_ answer: [UInt8]?) -> ServerTrust {
        ServerTrust(self, identity: identity.stapling(answer), anchors: anchors, revocation: revocation)
    }
}

/// A `ServerTrust` made ready for connections.
struct PreparedServerTrust: Sendable {
    let trust: ServerTrust
    let context: TLSContext
    private let verifier: Verifier

    init(_ trust: ServerTrust, context: TLSContext, cache: SignatureCache) {
        self.trust = trust
        self.context = context
        verifier = Verifier(anchors: trust.anchors, sources: trust.revocation, cache: cache)
    }

    /// A certificate that a client shows is judged also where none is demanded: a bad one ends the handshake.
    func judge(_ presented: PresentedPeer, at now: Date) -> PeerVerdict {
        do {
            let peer = try verifier.verify(
                PresentedChain(der: presented.chain, stapledAnswers: []),
                expecting: Expectation(.client, revocation: trust.revocationMode), at: now)
            return .accepted(peer)
        } catch {
            return .refused(TLSAlert(for: error.failure))
        }
    }

    /// Whether what a live connection proved still holds.
    func stillHolds(_ proof: PeerProof, at now: Date) -> Bool {
        guard case .certificate(let peer) = proof else { return true }
        do {
            try verifier.recheck(peer, at: now)
            return true
        } catch {
            return false
        }
    }
}
