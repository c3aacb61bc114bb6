public import SymbolonNames

/// A policy as it was read from a file, with the places of its rules.
public struct PolicyDocument: Sendable {
    public let policy: Policy
    /// Of each rule.
    public let lines: [Int]
    /// The domain of its short names.
    public let domain: TrustDomain?
    /// Groups that no rule names, with their places.
    public let unusedGroups: [(name: String, line: Int)]
    /// Groups that rules name and the document does not make: the authority's.
    public let authorityGroups: Set<GroupName>
    /// Of those, the ones that are not known here, with the places of the rules that name them.
    public let unknownGroups: [(name: GroupName, line: Int)]
    /// Groups that the document makes and the authority has as well, with their places.
    public let doubledGroups: [(name: String, line: Int)]

    /// Reads a document as a whole: either all of it is understood, or nothing is in force and every fault is named.
    ///
    /// - Parameters:
    ///   - defaultDomain: of short names, unless the document says another.
    ///   - groups: of the authority, as far as they are known; nil: rules name the document's own groups alone.
    public init(
        _ root: PolicyNode, defaultDomain: TrustDomain?, groups: [GroupName: Set<SPIFFEID>]? = nil
    ) throws(PolicyFaults) {
        let reader = PolicyReader(defaultDomain, groups)
        reader.read(root)
        try reader.nodes.check()
        policy = Policy(checked: reader.rules.map(\.rule))
        lines = reader.rules.map(\.line)
        domain = reader.domain
        unusedGroups = reader.unusedGroups
        authorityGroups = reader.authorityGroups
        unknownGroups = reader.unknownGroups
        doubledGroups = reader.doubledGroups
    }
}

/// The parts of a policy document: `domain`, `groups` and `rules`.
private final class PolicyReader {
    let nodes = NodeReader()
    private(set) var domain: TrustDomain?
    private(set) var rules: [(rule: Rule, line: Int)] = []
    private var groups: [String: (patterns: [IdentityPattern], line: Int)] = [:]
    private var usedGroups: Set<String> = []
    private(set) var authorityGroups: Set<GroupName> = []
    private(set) var unknownGroups: [(name: GroupName, line: Int)] = []
    private let known: [GroupName: Set<SPIFFEID>]?
    private var valueCount = 0

    init(_ domain: TrustDomain?, _ known: [GroupName: Set<SPIFFEID>]?) {
        self.domain = domain
        self.known = known
    }

    var unusedGroups: [(name: String, line: Int)] {
        groups.filter { !usedGroups.contains($0.key) }.map { ($0.key, $0.value.line) }.sorted { $0.line < $1.line }
    }

    var doubledGroups: [(name: String, line: Int)] {
        groups.filter { name, _ in GroupName(name).flatMap { known?[$0] } != nil }.map { ($0.key, $0.value.line) }
            .sorted { $0.line < $1.line }
    }

    func read(_ root: PolicyNode) {
        let fields = nodes.fields(root, "the policy", known: ["domain", "groups", "rules"])
        if let node = fields["domain"] {
            domain = nodes.value(node, "domain") { text throws(PolicyFault) in try Self.domain(text) }
        }
        if let node = fields["groups"] { readGroups(node) }
        guard let list = fields["rules"] else {
            // A text that is no mapping has been told of.
            if case .fields = root.value {
                nodes.fault(root, "the policy has no rules; write `rules:` and a list below it")
            }
            return
        }
        let found = nodes.list(list, "rules")
        guard found.count <= Policy.mostRules else {
            return nodes.fault(list, "rules: \(found.count) are more than \(Policy.mostRules); group identities")
        }
        for (index, node) in found.enumerated() { readRule(node, "rules[\(index)]") }
        refuseRepeats()
        if valueCount > Policy.mostValues {
            nodes.fault(list, "rules: they name \(valueCount) values in all, more than \(Policy.mostValues)")
        }
    }

    private static func domain(_ text: String) throws(PolicyFault) -> TrustDomain {
        do throws(NameFailure) {
            return try TrustDomain(text)
        } catch {
            throw PolicyFault(error.explanation)
        }
    }

    private func readGroups(_ node: PolicyNode) {
        guard case .fields(let fields) = node.value else {
            return nodes.fault(node, "groups: expected `name: [identities]` lines")
        }
        for (name, value) in fields {
            let text = name.text ?? ""
            guard GroupName(text) != nil else {
                nodes.fault(name, "groups: a group's name has lower-case letters, digits and hyphens: night-shift")
                continue
            }
            guard groups[text] == nil else {
                nodes.fault(name, "groups: \"\(text)\" stands here twice; keep one")
                continue
            }
            let patterns = nodes.texts(value, "groups.\(text)").compactMap { text, node in
                nodes.value(node, "groups") { text throws(PolicyFault) in
                    try ConditionText.identity(text, in: domain)
                }
            }
            groups[text] = (patterns, name.line)
        }
    }

    private static let effects = ["allow", "deny"]

    private func readRule(_ node: PolicyNode, _ what: String) {
        let words = Condition.Kind.allCases.map(\.word)
        let fields = nodes.fields(node, what, known: Self.effects + words + ["unless", "for"])
        guard case .fields = node.value else { return }
        let given = Self.effects.compactMap { word in fields[word].map { (word, $0) } }
        guard given.count == 1, let (word, nameNode) = given.first, let effect = Rule.Effect(rawValue: word) else {
            return nodes.fault(node, "\(what): it begins with `allow: NAME` or `deny: NAME`, one of them")
        }
        guard let name = nodes.text(nameNode, "\(what).\(word)") else { return }
        if let flaw = RuleName.flaw(name) { return nodes.fault(nameNode, "\(what).\(word): \(flaw)") }
        var life: Int?
        if let node = fields["for"] {
            life = nodes.value(node, "\(what).for") { text throws(PolicyFault) in try ConditionText.span(text) }
            if effect == .deny {
                nodes.fault(node, "\(what).for: what is denied has no life; leave it out")
            }
        }
        let conditions = conditions(fields, what)
        var exceptions: [Condition] = []
        if let node = fields["unless"] {
            exceptions = self.conditions(nodes.fields(node, "\(what).unless", known: words), "\(what).unless")
            if exceptions.isEmpty, case .fields(let fields) = node.value, fields.isEmpty {
                nodes.fault(node, "\(what).unless: it says nothing; leave it out, or write a condition")
            }
        }
        rules.append(
            (Rule(effect, name, where: conditions, unless: exceptions, for: life.map(Double.init)), node.line))
    }

    private func conditions(_ fields: [String: PolicyNode], _ what: String) -> [Condition] {
        Condition.Kind.allCases.compactMap { kind in
            guard let node = fields[kind.word] else { return nil }
            return condition(kind, node, "\(what).\(kind.word)")
        }
    }

    private func condition(_ kind: Condition.Kind, _ node: PolicyNode, _ what: String) -> Condition? {
        if kind == .time {
            let windows = nodes.windows(node, what)
            valueCount += windows.count
            return windows.isEmpty ? nil : .time(windows)
        }
        let texts = nodes.texts(node, what)
        valueCount += texts.count
        guard !texts.isEmpty else { return nil }
        if kind == .identity { return identity(texts, what) }
        // Each is read alone for its place, and all together for their meaning.
        var isGood = true
        for (text, node) in texts {
            let read: Condition? = nodes.value(node, what) { _ throws(PolicyFault) in
                try ConditionText.condition(kind, [text], in: domain)
            }
            isGood = isGood && read != nil
        }
        guard isGood else { return nil }
        do throws(PolicyFault) {
            return try ConditionText.condition(kind, texts.map(\.0), in: domain)
        } catch {
            nodes.fault(node, "\(what): \(error.message)")
            return nil
        }
    }

    private func identity(_ texts: [(String, PolicyNode)], _ what: String) -> Condition? {
        var patterns: [IdentityPattern] = []
        for (text, node) in texts {
            if text.hasPrefix(GroupName.prefix) {
                let name = String(text.dropFirst(GroupName.prefix.count))
                if let group = groups[name] {
                    usedGroups.insert(name)
                    patterns += group.patterns
                    valueCount += group.patterns.count
                } else if let group = authorityGroup(name, node) {
                    patterns.append(IdentityPattern(group))
                    valueCount += 1
                } else {
                    nodes.fault(
                        node,
                        "\(what): there is no group \"\(NameText.shown(name))\"; "
                            + (groups.isEmpty
                                ? "write it under `groups:`" : ConditionText.unknown(name, groups.keys.sorted())))
                }
            } else if let pattern = nodes.value(
                node, what, { text throws(PolicyFault) in try ConditionText.identity(text, in: domain) })
            {
                patterns.append(pattern)
            }
        }
        return patterns.isEmpty ? nil : .identity(patterns)
    }

    /// Nil where there can be none.
    private func authorityGroup(_ name: String, _ node: PolicyNode) -> PolicyGroup? {
        guard let known, let name = GroupName(name) else { return nil }
        authorityGroups.insert(name)
        if known[name] == nil { unknownGroups.append((name, node.line)) }
        return PolicyGroup(name, members: known[name])
    }

    private func refuseRepeats() {
        var seen: [String: Int] = [:]
        for (rule, line) in rules {
            if let first = seen.updateValue(line, forKey: rule.name) {
                let place = PolicyNode(.text(rule.name), line: line, column: 1)
                nodes.fault(
                    place, "\"\(rule.name)\" is the name of the rule in line \(first) too; decisions are told by names")
            }
        }
    }
}

/// The name of a rule, which stands in logs and records.
enum RuleName {
    /// What keeps a text from being one, with what to write.
    static func flaw(_ name: String) -> String? {
        // 120: what a log line has room for.
        guard (1...120).contains(name.utf8.count) else { return "a rule's name has 1 to 120 characters" }
        guard name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control && $0.value != 0x2028 }) else {
            return "a rule's name is one line of text"
        }
        return nil
    }
}
