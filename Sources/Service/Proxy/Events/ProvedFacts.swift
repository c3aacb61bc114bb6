internal import Foundation
internal import SymbolonAccessPolicy
internal import SymbolonKeys
internal import SymbolonNames
internal import SymbolonVerification
internal import SymbolonWire

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

extension ProvedFacts: JSONMembers {
    func write(to object: inout JSONText) {
        object.member("names", names.map(\.description))
        if case .known(let kind) = certificate.kind { object.member("profile", kind.rawValue) }
        if case .known(let domain) = certificate.issuerDomain { object.member("issuer", domain.description) }
        if case .known(let key) = certificate.issuerKey { object.member("issuerKey", "sha256:\(key)") }
        if case .known(let start) = certificate.notBefore { object.member("validFrom", start) }
        if !posture.isEmpty {
            let texts = posture.map { ($0.description, $1.formatted(.iso8601)) }
            object.member("posture", Dictionary(texts, uniquingKeysWith: { $1 }))
        }
    }
}
