import SymbolonCertificates
import SymbolonNames
import SymbolonVerification

/// One line that `symbolon verify --batch` writes, its members in this order; those that say nothing are left out.
struct BatchAnswer: Encodable, Equatable {
    enum Verdict: String, Encodable {
        case accepted, refused
        /// The input could not be read.
        case unusable
    }

    /// Null where the line had none that could be read.
    var id: BatchID?
    let verdict: Verdict
    var reason: String?
    var clause: String?
    /// The refused certificate's place in the path: 0 the leaf, 1 its issuer, up to the anchor. None where no one certificate
    /// is refused.
    var certificate: Int?
    var detail: String?
    /// Subjects, from the leaf to the anchor.
    var path: [String]?
    /// The valid policies in dotted form, sorted as texts.
    var policies: [String]?

    init(_ id: BatchID?, accepted peer: VerifiedPeer) {
        self.id = id
        verdict = .accepted
        path = peer.path.wholePath.map(\.subject.description)
        policies = peer.path.policies.map(\.description).sorted()
    }

    init(_ id: BatchID?, _ refusal: Refusal, of question: VerificationQuestion) {
        self.id = id
        verdict = .refused
        reason = refusal.reason
        clause = refusal.clause
        certificate = refusal.position
        detail = refusal.explanation
        if let failure = question.rootsUnreadable {
            detail? += "; none of the roots can be read: \(failure.explanation)"
        }
    }

    /// Nobody can be proved to have a name that is none (RFC 9525 §6.1: reference identifiers are well formed).
    init(_ id: BatchID?, _ impossible: BatchCase.ImpossibleName) {
        self.id = id
        verdict = .refused
        reason = "nameMalformed"
        clause = "RFC 9525 §6.1"
        detail = "no certificate can have the name asked for: \(impossible.failure.explanation)"
    }

    init(_ id: BatchID?, unusable detail: String) {
        self.id = id
        verdict = .unusable
        self.detail = detail
    }

    private enum CodingKeys: CodingKey {
        case id, verdict, reason, clause, certificate, detail, path, policies
    }

    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(id, forKey: .id)
        try members.encode(verdict.rawValue, forKey: .verdict)
        try members.encodeIfPresent(reason, forKey: .reason)
        try members.encodeIfPresent(clause, forKey: .clause)
        try members.encodeIfPresent(certificate, forKey: .certificate)
        try members.encodeIfPresent(detail, forKey: .detail)
        try members.encodeIfPresent(path, forKey: .path)
        try members.encodeIfPresent(policies, forKey: .policies)
    }
}

extension VerifiedPath {
    /// From the leaf to the anchor; one certificate where the leaf is the anchor.
    var wholePath: [Certificate] {
        certificates.last == anchor.certificate ? certificates : certificates + [anchor.certificate]
    }
}

extension Refusal {
    /// The refused certificate's place in the path, the leaf being 0.
    var position: Int? {
        switch place {
        case .leaf: 0
        case .intermediate(let index): index
        case .anchor: path?.certificates.count
        case .path: nil
        }
    }
}
