public import Foundation
public import SymbolonNames

/// Questions with the answers that a policy has to give: what `policy test` reads.
public struct PolicyCases: Sendable {
    public struct Case: Sendable {
        public let name: String
        public let line: Int
        public let question: Question
        public let expected: Rule.Effect
        /// The rule that has to decide; nil: whichever.
        public let rule: String?

        /// Whether the policy answers as expected, and what it answers.
        public func judge(by policy: CompiledPolicy) -> (isAsExpected: Bool, Decision) {
            let decision = policy.decide(question)
            let isAsExpected = decision.isAllowed == (expected == .allow) && (rule.map { $0 == decision.rule } ?? true)
            return (isAsExpected, decision)
        }
    }

    public let cases: [Case]

    /// Where the policy is, from the cases' own folder: it is read before them.
    public static func policyPath(_ root: PolicyNode) throws(PolicyFaults) -> String {
        let reader = NodeReader()
        let fields = reader.fields(root, "the cases", known: ["policy", "cases"])
        let path = fields["policy"].flatMap { reader.text($0, "policy") }
        if fields["policy"] == nil, case .fields = root.value {
            reader.fault(root, "policy is missing; name the file that the cases are about")
        }
        try reader.check()
        return path ?? ""
    }

    /// - Parameters:
    ///   - domain: of short names.
    ///   - now: the moment of cases that name none.
    public init(_ root: PolicyNode, in domain: TrustDomain?, at now: Date) throws(PolicyFaults) {
        let reader = NodeReader()
        let fields = reader.fields(root, "the cases", known: ["policy", "cases"])
        var cases: [Case] = []
        for (index, node) in reader.list(fields["cases"], "cases").enumerated() {
            if let one = Self.readCase(node, "cases[\(index)]", reader, domain, now) { cases.append(one) }
        }
        if cases.isEmpty, reader.faults.isEmpty {
            reader.fault(root, "there are no cases; write `cases:` and a list below it")
        }
        try reader.check()
        self.cases = cases
    }

    private static func readCase(
        _ node: PolicyNode, _ what: String, _ reader: NodeReader, _ domain: TrustDomain?, _ now: Date
    ) -> Case? {
        let words = QuestionDraft.Word.allCases.map(\.rawValue)
        let fields = reader.fields(node, what, known: ["name", "expect", "rule"] + words)
        guard case .fields = node.value else { return nil }
        var texts: [QuestionDraft.Word: [String]] = [:]
        for word in QuestionDraft.Word.allCases {
            texts[word] = fields[word.rawValue].map { reader.texts($0, "\(what).\(word.rawValue)").map(\.0) }
        }
        guard let expectation = fields["expect"] else {
            reader.fault(node, "\(what).expect is missing; write allow or deny")
            return nil
        }
        let expected = reader.value(expectation, "\(what).expect") { text throws(PolicyFault) in
            guard let effect = Rule.Effect(rawValue: text) else { throw PolicyFault("write allow or deny") }
            return effect
        }
        let rule = fields["rule"].flatMap { reader.text($0, "\(what).rule") }
        do throws(QuestionFault) {
            let question = try QuestionDraft(texts).question(in: domain, at: now)
            let name = fields["name"].flatMap { reader.text($0, "\(what).name") }
            guard let expected else { return nil }
            return Case(
                name: name ?? "line \(node.line)", line: node.line, question: question, expected: expected, rule: rule)
        } catch {
            reader.fault(fields[error.word.rawValue] ?? node, "\(what).\(error.word.rawValue): \(error.message)")
            return nil
        }
    }
}

extension Decision {
    /// The rule that decided; nil where none did.
    public var rule: String? {
        switch outcome {
        case .allowed(let rule, _), .denied(let rule, _, _): rule
        case .noRule: nil
        }
    }
}
