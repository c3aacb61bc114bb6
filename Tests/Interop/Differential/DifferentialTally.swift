import SymbolonCertificates
import SymbolonTestSupport
import SymbolonVerification

/// A chain and what we say of it: nil where we accept it.
struct JudgedChain: Sendable {
    let chain: ChainCase
    let rfc5280: (any Error)?
    let strict: (any Error)?

    init(_ chain: ChainCase) {
        self.chain = chain
        rfc5280 = chain.refusal(at: noon, under: .rfc5280)
        strict = chain.refusal(at: noon, under: .strict)
    }
}

/// What we and the others said of many chains, counted by our reasons.
struct DifferentialTally {
    /// Chains that we refuse for one reason, and others accept.
    struct Stricter {
        /// Accepted by every peer that could say.
        var alone = 0
        /// Accepted by one peer at least.
        var some = 0
        var example: String
    }

    private(set) var chains = 0
    private(set) var accepted = 0
    private(set) var acceptedStrictly = 0
    private(set) var agreed = 0
    /// We accept, and nobody else does: what must not be.
    private(set) var looser: [(title: String, pem: String)] = []
    private(set) var stricter: [String: Stricter] = [:]

    mutating func count(_ judged: [JudgedChain], _ answers: [Peer: PeerRun]) throws {
        let verdicts = try answers.mapValues { try $0.answers(judged.count) }
        for (index, one) in judged.enumerated() { count(one, verdicts.mapValues { $0[index] }) }
    }

    private mutating func count(_ judged: JudgedChain, _ verdicts: [Peer: Verdict]) {
        let (chain, rfc5280, strict) = (judged.chain, judged.rfc5280, judged.strict)
        chains += 1
        if rfc5280 == nil { accepted += 1 }
        if strict == nil { acceptedStrictly += 1 }
        let accepting = verdicts.values.count { $0 == .accepts }
        let saying = verdicts.values.count { $0 != .cannotSay }
        if (rfc5280 == nil) == (accepting == saying), accepting == 0 || accepting == saying { agreed += 1 }
        if strict == nil, let rfc5280, !Self.isExcepted(rfc5280) {
            looser.append(("\(chain.title): accepted under strict, refused under rfc5280: \(rfc5280)", chain.pem))
        }
        if rfc5280 == nil || strict == nil, accepting == 0 { countLooser(chain, verdicts) }
        if let rfc5280, accepting > 0 { countStricter(chain, rfc5280, isAlone: accepting == saying) }
    }

    /// The one rule in which `strict` asks less than `rfc5280`, as docs/Divergences says.
    private static func isExcepted(_ refusal: any Error) -> Bool {
        (refusal as? Refusal)?.failure == .extensionMustBeCritical(.nameConstraints)
    }

    private mutating func countLooser(_ chain: ChainCase, _ verdicts: [Peer: Verdict]) {
        let reasons = verdicts.compactMap { peer, verdict in
            if case .refuses(let why) = verdict { "\(peer.rawValue): \(why)" } else { nil }
        }
        looser.append(("\(chain.title): \(reasons.sorted().joined(separator: "; "))", chain.pem))
    }

    private mutating func countStricter(_ chain: ChainCase, _ refusal: any Error, isAlone: Bool) {
        let reason = Self.reason(refusal)
        var group = stricter[reason] ?? Stricter(example: chain.title)
        group.some += 1
        if isAlone {
            if group.alone == 0 { group.example = chain.title }
            group.alone += 1
        }
        stricter[reason] = group
    }

    /// The case's name and, for what cannot be read, what it is that cannot.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let refusal as Refusal:
            guard case .malformed(let failure) = refusal.failure else { return refusal.reason }
            return "malformed: \(label(failure))"
        case let failure as CertificateFailure: return "malformed: \(label(failure))"
        default: return "\(error)"
        }
    }

    private static func label(_ failure: CertificateFailure) -> String {
        guard case .malformed(_, let flaw) = failure else {
            return Mirror(reflecting: failure).children.first?.label ?? "\(failure)"
        }
        return Mirror(reflecting: flaw.reason).children.first?.label ?? "\(flaw.reason)"
    }

    /// Reasons for which we refuse alone, and that are not explained.
    var unexplained: [String] {
        stricter.filter { $0.value.alone > 0 && Explained.because(of: $0.key) == nil }.map {
            "\($0.key): \($0.value.example)"
        }
    }

    var text: String {
        let rows = stricter.sorted { ($0.value.alone, $0.value.some, $0.key) > ($1.value.alone, $1.value.some, $1.key) }
        return
            ([
                "\(chains) chains: \(accepted) accepted here under rfc5280, \(acceptedStrictly) under strict; all agree on \(agreed)",
                "accepted by us alone: \(looser.count)",
            ]
            + looser.map { "  \($0.title)" }
            + [
                "refused by us and accepted by every other that can say; accepted by any; our reason; an example; because"
            ]
            + rows.map { reason, group in
                "  \(group.alone)  \(group.some)  \(reason)  e.g. \(group.example)  \(Explained.because(of: reason) ?? "")"
            }).joined(separator: "\n")
    }
}
