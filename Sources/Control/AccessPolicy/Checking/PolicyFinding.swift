public import Foundation

/// Something in a policy that is well-formed and hardly meant.
public struct PolicyFinding: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable {
        /// The rule holds for nobody, ever.
        case neverHolds
        /// Wherever it would decide, an earlier or a stronger rule has decided.
        case shadowed
        /// It asks for a fact that ends do not have.
        case unknownFact
        /// No rule allows anything.
        case allowsNothing
        case unusedGroup
        /// A rule names a group that is neither in the document nor known otherwise.
        case unknownGroup
        /// The document makes a group that the authority has as well.
        case doubledGroup
    }

    public let kind: Kind
    /// The rule's number in the policy; nil where it is about the whole.
    public let rule: Int?
    public let what: String
    public let mend: String

    init(kind: Kind, rule: Int?, what: String, mend: String) {
        self.kind = kind
        self.rule = rule
        self.what = what
        self.mend = mend
    }

    /// A group that no rule names.
    public init(unusedGroup name: String) {
        self.init(
            kind: .unusedGroup, rule: nil, what: "no rule names the group \"\(name)\"",
            mend: "remove it, or write from: group:\(name)")
    }

    /// A group that a rule names and nobody has.
    public init(unknownGroup name: GroupName) {
        self.init(
            kind: .unknownGroup, rule: nil,
            what: "there is no group \"\(name)\" here: what allows its members allows nobody, and what denies them "
                + "denies everybody, in doubt",
            mend: "write it under groups:, or make it the authority's: symbolon group add \(name)")
    }

    /// A group that the document makes and the authority has as well.
    public init(doubledGroup name: String) {
        self.init(
            kind: .doubledGroup, rule: nil,
            what: "the authority has a group \"\(name)\" too; rules mean the one that is written here",
            mend: "call one of them otherwise, or remove the one that is written here")
    }
}

extension PolicyDocument {
    /// Findings with their lines, in the order of the document.
    ///
    /// - Parameter readsRequests: what is asked about requests is known where the policy is in force.
    public func findings(at now: Date, readsRequests: Bool = false) -> [(line: Int?, finding: PolicyFinding)] {
        var all = policy.findings(at: now, readsRequests: readsRequests).map {
            (line: $0.rule.map { lines[$0] }, finding: $0)
        }
        all += unusedGroups.map { (line: $0.line, finding: PolicyFinding(unusedGroup: $0.name)) }
        all += unknownGroups.map { (line: $0.line, finding: PolicyFinding(unknownGroup: $0.name)) }
        all += doubledGroups.map { (line: $0.line, finding: PolicyFinding(doubledGroup: $0.name)) }
        return all.sorted { ($0.line ?? 0) < ($1.line ?? 0) }
    }
}

extension Policy {
    /// Rules that can never match, are shadowed, or ask for what no end knows. For rules in their thousands.
    ///
    /// - Parameters:
    ///   - now: what has ended by now never holds again.
    ///   - readsRequests: what is asked about requests is known where the policy is in force.
    public func findings(at now: Date, readsRequests: Bool = false) -> [PolicyFinding] {
        var findings: [PolicyFinding] = []
        if !rules.contains(where: { $0.effect == .allow }) {
            findings.append(
                PolicyFinding(
                    kind: .allowsNothing, rule: nil, what: "no rule allows anything: nobody gets in",
                    mend: "no rule means no: write who may do what with allow:"))
        }
        for (number, rule) in rules.enumerated() {
            if let finding = rule.neverHolds(number, at: now) {
                findings.append(finding)
            } else if let finding = shadow(of: rule, number) {
                findings.append(finding)
            }
            findings += rule.unknownFacts(number, readsRequests: readsRequests)
        }
        return findings
    }

    private func shadow(of rule: Rule, _ number: Int) -> PolicyFinding? {
        for (other, cover) in rules.enumerated() where other != number {
            // Every deny stands before every allow; among equals the first decides.
            let isBefore = cover.effect == rule.effect ? other < number : cover.effect == .deny
            guard isBefore, cover.covers(rule) else { continue }
            return PolicyFinding(
                kind: .shadowed, rule: number,
                what:
                    "\"\(rule.name)\" never decides: \"\(cover.name)\" \(cover.effect == .deny ? "denies" : "allows") "
                    + "wherever it would \(rule.effect.rawValue)",
                mend: cover.effect == rule.effect
                    ? "remove one of them, or put the narrower one first" : "narrow the deny, or remove the allow")
        }
        return nil
    }
}

extension Rule {
    fileprivate func neverHolds(_ number: Int, at now: Date) -> PolicyFinding? {
        for condition in conditions {
            if case .time(let windows) = condition, windows.allSatisfy({ $0.until.map { $0 <= now } ?? false }) {
                return PolicyFinding(
                    kind: .neverHolds, rule: number, what: "\"\(name)\" never holds again: its time is over",
                    mend: "remove it, or give it another until:")
            }
            let sameKind = exceptions.filter { $0.kind == condition.kind }
            if exceptions.count == 1, sameKind.contains(where: { $0.covers(condition) }) {
                return PolicyFinding(
                    kind: .neverHolds, rule: number,
                    what: "\"\(name)\" never holds: its exception (\(condition.kind.word)) takes back all that it says",
                    mend: "narrow what stands below unless:")
            }
        }
        return nil
    }

    /// What an end of today does not learn. An allow that asks for it never holds there, and a deny denies in doubt.
    fileprivate func unknownFacts(_ number: Int, readsRequests: Bool) -> [PolicyFinding] {
        let unknown = (conditions + exceptions).filter {
            $0.kind.isUnknownAtEnds || (!readsRequests && $0.kind.isOfRequest)
        }
        guard !unknown.isEmpty else { return [] }
        let words = Set(unknown.map(\.kind)).sorted().map(\.word).joined(separator: ", ")
        let isOfRequest = unknown.allSatisfy(\.kind.isOfRequest)
        let who = isOfRequest ? "only ends of HTTP services know" : "no end knows"
        let effect =
            effect == .allow
            ? "so it allows nobody there" : "so it denies, in doubt, everybody whom the rest of it means"
        return [
            PolicyFinding(
                kind: .unknownFact, rule: number, what: "\"\(name)\" asks for \(words), which \(who): \(effect)",
                mend: isOfRequest
                    ? "protect the service with --http (http: in a file) if that is what it speaks: other ends carry bytes"
                    : "keep such rules for programs that bring these facts themselves")
        ]
    }
}

extension Condition.Kind {
    /// Programs that ask a policy themselves may know more than `protect` and `reach` do.
    public var isUnknownAtEnds: Bool {
        switch self {
        case .key, .assurance, .proofAge: true
        // Where somebody reports it.
        case .posture: false
        case .identity, .service, .profile, .issuer, .network, .method, .path, .connections, .rate, .certificateAge,
            .time:
            false
        }
    }
}
