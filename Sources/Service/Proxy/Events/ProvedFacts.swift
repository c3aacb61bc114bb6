internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonKeys
internal import SymbolonNames
internal import SymbolonVerification

/// A proved peer as rules see it, for records: with it, what was decided can be decided again by other rules.
struct ProvedFacts: Equatable, Sendable {
    let identity: PeerIdentity
    let names: [SubjectName]
    let certificate: Party.CertificateFacts
    /// Until when each signal holds; empty where no rule asked.
    let posture: [PostureSignal: Date]

    init(_ peer: VerifiedPeer, _ party: Party) {
        identity = peer.identity
        names = party.names
        certificate = party.certificate
        posture = party.posture
    }
}

extension ProvedFacts: Encodable {
    private enum CodingKeys: String, CodingKey {
        case names, profile, issuer, issuerKey, validFrom, posture
    }

    func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: CodingKeys.self)
        try object.encode(names.map(\.description), forKey: .names)
        if case .known(let kind) = certificate.kind { try object.encode(kind.rawValue, forKey: .profile) }
        if case .known(let domain) = certificate.issuerDomain { try object.encode(domain.description, forKey: .issuer) }
        if case .known(let key) = certificate.issuerKey { try object.encode("sha256:\(key)", forKey: .issuerKey) }
        if case .known(let start) = certificate.notBefore { try object.encode(start, forKey: .validFrom) }
        if !posture.isEmpty {
            let texts = posture.map { ($0.description, $1.formatted(.iso8601)) }
            try object.encode(Dictionary(texts, uniquingKeysWith: { $1 }), forKey: .posture)
        }
    }
}
