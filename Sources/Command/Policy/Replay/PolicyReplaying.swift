import Foundation
import SymbolonAccessPolicy
import SymbolonProxy

/// Decides again what a log says was decided, line by line, and keeps what comes out differently: by kind, so that memory
/// does not grow with the log.
struct PolicyReplaying {
    /// Decisions that come out differently in the same way.
    struct Difference: Encodable {
        struct Kind: Hashable {
            let end: NamedEnd
            let peer: String
            let formerRule: String?
            let isAllowedNow: Bool
            let rule: String?
        }

        let service: String
        let role: EndRole
        let peer: String
        /// `allow` or `deny`, then and now.
        let was: String
        let wouldBe: String
        /// Which allowed it; nil where it was denied.
        let formerRule: String?
        /// Which decides now; nil: none does, and no rule means no.
        let rule: String?
        /// Of the first one: what the end said, and what would be said.
        let formerBecause: String
        let because: String
        let first: Date
        let example: String
        fileprivate(set) var last: Date
        fileprivate(set) var times = 1
    }

    /// 10,000 kinds of difference: nobody reads more, and a policy for somebody else makes one of every peer.
    private static let mostKinds = 10_000
    /// Connections whose beginning was read and whose end was not: some megabytes. Beyond them, what is remembered is
    /// dropped, and a connection whose line of the end comes later counts twice.
    private static let mostOpen = 1_000_000

    let policy: CompiledPolicy
    let since: Date?
    let service: String?
    let role: EndRole

    private(set) var judged = 0
    private(set) var differing = 0
    /// How often it cannot be told for want of these.
    private(set) var cannotTell: [[String]: Int] = [:]
    private(set) var differences: [Difference.Kind: Difference] = [:]
    private var doubted: Set<NamedEnd> = []
    private var open: Set<Int> = []

    init(_ policy: CompiledPolicy, since: Date?, service: String?, role: EndRole) {
        self.policy = policy
        self.since = since
        self.service = service
        self.role = role
    }

    /// What was said of clocks is of the log that is finished.
    mutating func beginLog() { doubted = [] }

    mutating func add(_ line: LogLine) {
        switch line {
        case .admitted(let decision, let connection):
            if open.count >= Self.mostOpen { open = [] }
            open.insert(connection)
            judge(decision)
        case .ended(let admission, let connection, let ending):
            if open.remove(connection) == nil { judge(admission) }
            if let ending { judge(ending) }
        case .refused(let decision): judge(decision)
        case .clock(let end, isDoubted: true): doubted.insert(end)
        case .clock(let end, isDoubted: false): doubted.remove(end)
        case .other: break
        }
    }

    private mutating func judge(_ decision: LoggedDecision) {
        guard decision.end.role == role, service.map({ $0 == decision.end.service }) ?? true,
            since.map({ decision.at >= $0 }) ?? true
        else { return }
        judged += 1
        let question = decision.question(isClockDoubted: doubted.contains(decision.end))
        let hindsight =
            decision.names == nil
            ? Hindsight.cannotTell(lacking: [Condition.Kind.identity.word]) : policy.decideInHindsight(question)
        switch hindsight {
        case .cannotTell(let lacking): cannotTell[lacking, default: 0] += 1
        case .decided(let now): compare(decision, now, question)
        }
    }

    private mutating func compare(_ then: LoggedDecision, _ now: Decision, _ question: Question) {
        let (formerRule, formerBecause): (String?, String) =
            switch then.outcome {
            case .allowed(let rule): (rule, "\"\(rule)\" allowed it")
            case .denied(let because): (nil, because)
            }
        guard now.isAllowed != (formerRule != nil) else { return }
        differing += 1
        let kind = Difference.Kind(
            end: then.end, peer: then.peer, formerRule: formerRule, isAllowedNow: now.isAllowed, rule: now.rule)
        if differences[kind] != nil {
            differences[kind]?.times += 1
            differences[kind]?.last = then.at
        } else if differences.count < Self.mostKinds {
            differences[kind] = Difference(
                service: then.end.service, role: then.end.role, peer: then.peer,
                was: Rule.Effect(formerRule != nil).rawValue, wouldBe: Rule.Effect(now.isAllowed).rawValue,
                formerRule: formerRule, rule: now.rule, formerBecause: formerBecause,
                because: policy.because(now, of: question), first: then.at, example: then.reference, last: then.at)
        }
    }

    /// The most frequent first.
    var ranked: [Difference] {
        differences.values.sorted { ($1.times, $0.first, $0.peer) < ($0.times, $1.first, $1.peer) }
    }

    /// Differences of which only the number is known.
    var unlisted: Int { differing - differences.values.reduce(0) { $0 + $1.times } }
}

extension Rule.Effect {
    fileprivate init(_ isAllowed: Bool) { self = isAllowed ? .allow : .deny }
}
