public import SymbolonNames
internal import SymbolonWire

/// A policy as a program writes it; the same values that a file gives, and the same decisions.
///
/// ```swift
/// let ledger = try Policy {
///     deny("quarantined hosts") { posture(.quarantined) }
///     allow("payments reads the ledger") {
///         peer(in: "spiffe://example.org/ns/payments/**")
///         request(.get, "/ledger/**")
///         assurance(atLeast: .userVerified)
///     }
/// }
/// ```
extension Policy {
    /// - Parameter domain: the trust domain of short names.
    /// - Throws: every fault, as a file's reader names them.
    public init(
        in domain: TrustDomain? = nil, @RuleList _ rules: () -> [DraftRule]
    ) throws(PolicyFaults) {
        var made: [Rule] = []
        var faults: [PolicyFault] = []
        var names: Set<String> = []
        for draft in rules() {
            do throws(PolicyFault) {
                let rule = try draft.rule(in: domain)
                guard names.insert(rule.name).inserted else { throw PolicyFault("two rules have this name") }
                made.append(rule)
            } catch {
                faults.append(PolicyFault("\"\(draft.name)\": \(error.message)"))
            }
        }
        let values = made.reduce(0) { $0 + ($1.conditions + $1.exceptions).reduce(0) { $0 + $1.values.count } }
        if made.count > Self.mostRules || values > Self.mostValues {
            faults.append(PolicyFault("the policy is over \(Self.mostRules) rules or \(Self.mostValues) values"))
        }
        guard faults.isEmpty else { throw PolicyFaults(faults: faults) }
        self.init(checked: made)
    }
}

/// A rule that is read when its policy is made.
public struct DraftRule: Sendable {
    let effect: Rule.Effect
    let name: String
    let clauses: [RuleClause]

    func rule(in domain: TrustDomain?) throws(PolicyFault) -> Rule {
        if let flaw = RuleName.flaw(name) { throw PolicyFault(flaw) }
        var (conditions, exceptions): ([Condition], [Condition]) = ([], [])
        var life: Double?
        for clause in clauses {
            switch clause.form {
            case .condition(let draft): conditions.append(try draft.condition(in: domain))
            case .exception(let clauses):
                guard exceptions.isEmpty else { throw PolicyFault("unless stands here twice") }
                for clause in clauses {
                    guard case .condition(let draft) = clause.form else {
                        throw PolicyFault("unless holds conditions alone")
                    }
                    exceptions.append(try draft.condition(in: domain))
                }
                guard !exceptions.isEmpty else { throw PolicyFault("unless says nothing") }
                try Self.refuseRepeats(exceptions)
            case .life(let span):
                guard effect == .allow else { throw PolicyFault("what is denied has no life") }
                guard life == nil, span > .zero else { throw PolicyFault("a life stands once and is over 0") }
                life = span.inSeconds
            }
        }
        try Self.refuseRepeats(conditions)
        return Rule(effect, name, where: conditions, unless: exceptions, for: life)
    }

    private static func refuseRepeats(_ conditions: [Condition]) throws(PolicyFault) {
        var seen: Set<Condition.Kind> = []
        for condition in conditions where !seen.insert(condition.kind).inserted {
            throw PolicyFault("\(condition.kind.word) stands here twice; write its values together")
        }
    }
}

/// One thing that a rule says.
public struct RuleClause: Sendable {
    enum Draft: Sendable {
        case texts(Condition.Kind, [String])
        case whole(Condition)

        func condition(in domain: TrustDomain?) throws(PolicyFault) -> Condition {
            switch self {
            case .texts(let kind, let texts):
                guard !texts.isEmpty else { throw PolicyFault("\(kind.word) names nothing") }
                return try ConditionText.condition(kind, texts, in: domain)
            case .whole(let condition): return condition
            }
        }
    }

    indirect enum Form: Sendable {
        case condition(Draft)
        case exception([RuleClause])
        case life(Duration)
    }

    let form: Form

    fileprivate init(_ form: Form) { self.form = form }
    fileprivate init(_ kind: Condition.Kind, _ texts: [String]) { form = .condition(.texts(kind, texts)) }
    fileprivate init(_ condition: Condition) { form = .condition(.whole(condition)) }
}

@resultBuilder
public enum RuleList {
    public static func buildExpression(_ rule: DraftRule) -> [DraftRule] { [rule] }
    public static func buildBlock(_ rules: [DraftRule]...) -> [DraftRule] { rules.flatMap(\.self) }
    public static func buildArray(_ rules: [[DraftRule]]) -> [DraftRule] { rules.flatMap(\.self) }
    public static func buildOptional(_ rules: [DraftRule]?) -> [DraftRule] { rules ?? [] }
}

@resultBuilder
public enum ClauseList {
    public static func buildExpression(_ clause: RuleClause) -> [RuleClause] { [clause] }
    public static func buildExpression(_ clauses: [RuleClause]) -> [RuleClause] { clauses }
    public static func buildBlock(_ clauses: [RuleClause]...) -> [RuleClause] { clauses.flatMap(\.self) }
}

public func allow(_ name: String, @ClauseList _ clauses: () -> [RuleClause]) -> DraftRule {
    DraftRule(effect: .allow, name: name, clauses: clauses())
}

public func deny(_ name: String, @ClauseList _ clauses: () -> [RuleClause]) -> DraftRule {
    DraftRule(effect: .deny, name: name, clauses: clauses())
}

/// The rule does not hold where all of these do.
public func unless(@ClauseList _ clauses: () -> [RuleClause]) -> RuleClause {
    RuleClause(.exception(clauses()))
}

/// Whoever one of the identity patterns means.
public func peer(in patterns: String...) -> RuleClause { RuleClause(.identity, patterns) }
public func service(_ names: String...) -> RuleClause { RuleClause(.service, names) }
public func certificate(_ kinds: CertificateKind...) -> RuleClause { RuleClause(.profile(Set(kinds))) }
public func certificate(youngerThan span: Duration) -> RuleClause {
    RuleClause(.certificateAge(below: Double(span.components.seconds)))
}
/// A trust domain, or `sha256:` and the fingerprint of a key.
public func issuer(_ issuers: String...) -> RuleClause { RuleClause(.issuer, issuers) }
public func key(_ protection: KeyProtection) -> RuleClause { RuleClause(.key(protection)) }
public func network(_ networks: String...) -> RuleClause { RuleClause(.network, networks) }
public func assurance(atLeast assurance: Assurance) -> RuleClause { RuleClause(.assurance(atLeast: assurance)) }
public func proof(youngerThan span: Duration) -> RuleClause {
    RuleClause(.proofAge(below: Double(span.components.seconds)))
}
public func posture(_ signals: PostureSignal...) -> RuleClause { RuleClause(.posture(Set(signals))) }
public func connections(below limit: Int) -> RuleClause { RuleClause(.connections, ["\(limit)"]) }
public func rate(below limit: Int, perSeconds seconds: Int) -> RuleClause {
    RuleClause(.rate, ["\(limit) per \(seconds)s"])
}
public func time(_ windows: TimeWindow...) -> RuleClause { RuleClause(.time(windows)) }
/// A connection that the rule allows lives no longer.
public func lasting(atMost span: Duration) -> RuleClause { RuleClause(.life(span)) }

/// RFC 9110 §9.
public struct RequestMethod: Hashable, Sendable {
    public let name: String
    public init(_ name: String) { self.name = name }
    public static let get = RequestMethod("GET")
    public static let head = RequestMethod("HEAD")
    public static let post = RequestMethod("POST")
    public static let put = RequestMethod("PUT")
    public static let patch = RequestMethod("PATCH")
    public static let delete = RequestMethod("DELETE")
    public static let options = RequestMethod("OPTIONS")
}

/// A request by one of the methods, for a path that one of the patterns means.
public func request(_ method: RequestMethod, _ paths: String...) -> [RuleClause] { request([method], paths) }
public func request(_ methods: [RequestMethod], _ paths: [String]) -> [RuleClause] {
    [RuleClause(.method, methods.map(\.name)), RuleClause(.path, paths)]
}
