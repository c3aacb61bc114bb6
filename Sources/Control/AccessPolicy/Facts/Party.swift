public import Foundation
import SymbolonCertificates
public import SymbolonKeys
public import SymbolonNames
public import SymbolonVerification

/// One who is judged: a proved peer, or the person for whom it acts. Each has facts of its own.
public struct Party: Sendable {
    /// What a certificate tells beside names.
    public struct CertificateFacts: Hashable, Sendable {
        public var kind: Fact<CertificateKind>
        public var notBefore: Fact<Date>
        /// Of the key that signed it.
        public var issuerKey: Fact<KeyFingerprint>
        public var issuerDomain: Fact<TrustDomain>

        public init(
            kind: Fact<CertificateKind> = .unknown(.notReported), notBefore: Fact<Date> = .unknown(.notReported),
            issuerKey: Fact<KeyFingerprint> = .unknown(.notReported),
            issuerDomain: Fact<TrustDomain> = .unknown(.notReported)
        ) {
            self.kind = kind
            self.notBefore = notBefore
            self.issuerKey = issuerKey
            self.issuerDomain = issuerDomain
        }
    }

    /// That a person was there.
    public struct PersonProof: Hashable, Sendable {
        public var assurance: Assurance
        public var at: Date

        public init(_ assurance: Assurance, at: Date) {
            self.assurance = assurance
            self.at = at
        }
    }

    public var names: [SubjectName]
    public var certificate: CertificateFacts
    public var key: Fact<KeyProtection>
    public var proof: Fact<PersonProof>
    /// Until when each signal holds that was reported.
    public var posture: [PostureSignal: Date]
    public var usage: Fact<Usage>

    public init(
        _ names: [SubjectName], certificate: CertificateFacts = CertificateFacts(),
        key: Fact<KeyProtection> = .unknown(.notReported), proof: Fact<PersonProof> = .unknown(.notReported),
        posture: [PostureSignal: Date] = [:], usage: Fact<Usage> = .unknown(.notReported)
    ) {
        self.names = names
        self.certificate = certificate
        self.key = key
        self.proof = proof
        self.posture = posture
        self.usage = usage
    }

    /// What a proved path tells. How the key is kept, a person's proof and posture are not in it.
    public init(_ peer: VerifiedPeer) {
        let path = peer.path
        let issuer = path.certificates.dropFirst().first?.publicKey ?? path.anchor.publicKey
        self.init(
            peer.names,
            certificate: CertificateFacts(
                kind: Fact(CertificateKind(of: path.leaf, named: peer.identity)),
                notBefore: .known(path.leaf.notBefore), issuerKey: Fact(issuer?.fingerprint),
                issuerDomain: Fact(path.anchor.trustDomain)))
    }
}

extension CertificateKind {
    /// Nil for a certificate that is of none of these kinds.
    init?(of leaf: Certificate, named identity: PeerIdentity) {
        guard let usage = leaf.extensions.extendedKeyUsage else { return nil }
        let (isServer, isClient) = (usage.purposes.contains(.serverAuth), usage.purposes.contains(.clientAuth))
        var folder: String?
        if case .name(.spiffe(let name)) = identity, name.path.count > 1 { folder = name.path[0] }
        switch (isServer, isClient) {
        case (true, true): self = .workload
        case (true, false): self = .service
        case (false, true): self = folder == "person" ? .person : folder == "device" ? .device : .client
        case (false, false):
            guard usage.purposes.contains(.emailProtection) else { return nil }
            self = .mail
        }
    }
}
