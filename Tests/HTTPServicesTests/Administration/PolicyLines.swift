import SymbolonAccessPolicy

/// Policies in a syntax of a test's own, a rule a line: `allow NAME FROM,FROM`. What reads policies is handed their parts.
enum PolicyLines {
    static func node(_ text: String) throws(PolicyFaults) -> PolicyNode {
        var rules: [PolicyNode] = []
        for (index, line) in text.split(separator: "\n").enumerated() {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 3 else {
                throw PolicyFaults(faults: [PolicyFault("three words", line: index + 1, column: 1)])
            }
            func node(_ text: String) -> PolicyNode { PolicyNode(.text(text), line: index + 1, column: 1) }
            let from = words[2].split(separator: ",").map { node(String($0)) }
            rules.append(
                PolicyNode(
                    .fields([
                        (name: node(words[0]), value: node(words[1])),
                        (name: node("from"), value: PolicyNode(.list(from), line: index + 1, column: 1)),
                    ]), line: index + 1, column: 1))
        }
        let list = PolicyNode(.list(rules), line: 1, column: 1)
        return PolicyNode(
            .fields([(name: PolicyNode(.text("rules"), line: 1, column: 1), value: list)]), line: 1, column: 1)
    }
}
