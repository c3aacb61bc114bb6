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

    /// - Parameter rules: by their numbers in the policy, ascending.
    init(_ rules: [(number: Int, Rule)]) {
        for (number, rule) in rules {
            guard case .identity(let patterns) = rule.conditions.first else {
                everybody.append(number)
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

    /// Calls `visit` with each list of rules, ascending, that may mean one of the names.
    func visit(_ names: [SubjectName], _ visit: ([Int]) -> Void) {
        if !everybody.isEmpty { visit(everybody) }
        for name in names {
            if case .spiffe(let identity) = name {
                if let root = domains[identity.trustDomain] { walk(root, identity.path, 0, visit) }
            } else if !self.names.isEmpty, let numbers = self.names[name] {
                visit(numbers)
            }
        }
    }

    private func walk(_ place: Int, _ path: [String], _ depth: Int, _ visit: ([Int]) -> Void) {
        guard depth < path.count else {
            if !nodes[place].here.isEmpty { visit(nodes[place].here) }
            return
        }
        if !nodes[place].below.isEmpty { visit(nodes[place].below) }
        if !nodes[place].children.isEmpty, let child = nodes[place].children[path[depth]] {
            walk(child, path, depth + 1, visit)
        }
        if let any = nodes[place].any { walk(any, path, depth + 1, visit) }
    }
}
