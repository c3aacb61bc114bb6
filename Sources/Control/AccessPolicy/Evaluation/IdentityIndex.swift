import SymbolonNames

/// Which rules may mean a name: those are looked at, and no others.
///
/// A tree by trust domain and path segments. A walk visits at most the branches that a name's own segments and the stars beside
/// them lead to.
struct IdentityIndex: Sendable {
    private struct Node: Sendable {
        /// Rules that mean exactly the name that leads here.
        var here: [Int] = []
        /// Rules that mean whatever is below.
        var below: [Int] = []
        var children: [String: Int] = [:]
        /// Where one star leads.
        var any: Int?
    }

    private var nodes: [Node] = []
    private var domains: [TrustDomain: Int] = [:]
    private var names: [SubjectName: [Int]] = [:]
    /// Rules that mean everybody.
    private var everybody: [Int] = []
    private var groups: [GroupName: [Int]] = [:]
    /// Rules that name a group that nobody knows: they may mean anybody, and are asked themselves whom.
    private var doubtful: [Int] = []

    /// - Parameter rules: by their numbers in the policy, ascending.
    init(_ rules: [(number: Int, Rule)]) {
        for (number, rule) in rules {
            guard case .identity(let patterns) = rule.conditions.first else {
                everybody.append(number)
                continue
            }
            guard !patterns.contains(where: \.isInDoubt) else {
                doubtful.append(number)
                continue
            }
            for pattern in patterns { add(pattern.form, number) }
        }
    }

    private mutating func add(_ form: IdentityPattern.Form, _ number: Int) {
        switch form {
        case .name(let name): Self.append(number, to: &names[name, default: []])
        case .path(let domain, let segments, let isOpen):
            var place = domains[domain] ?? node()
            domains[domain] = place
            for segment in segments { place = step(from: place, by: segment) }
            if isOpen {
                Self.append(number, to: &nodes[place].below)
            } else {
                Self.append(number, to: &nodes[place].here)
            }
        case .group(let group): Self.append(number, to: &groups[group.name, default: []])
        }
    }

    private mutating func step(from place: Int, by segment: IdentityPattern.Segment) -> Int {
        switch segment {
        case .exactly(let text):
            if let known = nodes[place].children[text] { return known }
            let made = node()
            nodes[place].children[text] = made
            return made
        case .any:
            if let known = nodes[place].any { return known }
            let made = node()
            nodes[place].any = made
            return made
        }
    }

    private mutating func node() -> Int {
        nodes.append(Node())
        return nodes.count - 1
    }

    private static func append(_ number: Int, to numbers: inout [Int]) {
        if numbers.last != number { numbers.append(number) }
    }

    /// Looks for the first rule, in the order of the policy, that holds for a party.
    ///
    /// - Parameter isDenial: what is not known is enough.
    func search(
        _ rules: borrowing [Rule], for party: borrowing Party, asking question: borrowing Question,
        in memberships: borrowing Memberships, isDenial: Bool
    ) -> RuleSearch {
        var search = RuleSearch(isDenial: isDenial)
        if !everybody.isEmpty { search.look(at: everybody, of: rules, for: party, asking: question) }
        if !doubtful.isEmpty { search.look(at: doubtful, of: rules, for: party, asking: question, isSure: false) }
        for index in party.names.indices {
            if case .spiffe(let identity) = party.names[index] {
                if !groups.isEmpty {
                    for group in memberships.groups(of: identity) {
                        guard let numbers = groups[group] else { continue }
                        search.look(at: numbers, of: rules, for: party, asking: question)
                    }
                }
                guard let root = domains[identity.trustDomain] else { continue }
                walk(root, identity.path, 0, &search, rules, party, question)
            } else if !names.isEmpty, let numbers = names[party.names[index]] {
                search.look(at: numbers, of: rules, for: party, asking: question)
            }
        }
        return search
    }

    private func walk(
        _ place: Int, _ path: [String], _ depth: Int, _ search: inout RuleSearch, _ rules: borrowing [Rule],
        _ party: borrowing Party, _ question: borrowing Question
    ) {
        guard depth < path.count else {
            return search.look(at: nodes[place].here, of: rules, for: party, asking: question)
        }
        search.look(at: nodes[place].below, of: rules, for: party, asking: question)
        if !nodes[place].children.isEmpty, let child = nodes[place].children[path[depth]] {
            walk(child, path, depth + 1, &search, rules, party, question)
        }
        if let any = nodes[place].any { walk(any, path, depth + 1, &search, rules, party, question) }
    }
}

/// What a search among rules of one effect has found.
struct RuleSearch {
    let isDenial: Bool
    /// The first in the order of the policy.
    private(set) var number: Int?
    private(set) var standing = Standing(.no)
    /// When one that does not hold might.
    private(set) var missed: Double?

    init(isDenial: Bool) { self.isDenial = isDenial }

    /// - Parameters:
    ///   - numbers: of rules that may mean the party, ascending.
    ///   - isSure: they do mean it, so that their identities need not be asked.
    mutating func look(
        at numbers: borrowing [Int], of rules: borrowing [Rule], for party: borrowing Party,
        asking question: borrowing Question, isSure: Bool = true
    ) {
        for index in numbers.indices {
            let number = numbers[index]
            if let found = self.number, number >= found { return }
            let standing = rules[number].standing(
                for: party, asking: question, from: isSure ? rules[number].judgedFrom : 0)
            let holds =
                switch standing.truth {
                case .yes: true
                case .no: false
                case .unknown: isDenial
                }
            if holds {
                self.number = number
                self.standing = standing
                return
            }
            missed = earlier(missed, standing.lasts)
        }
    }
}
