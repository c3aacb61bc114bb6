import SymbolonNames

/// Walks a document and collects every fault with its place.
final class NodeReader {
    private(set) var faults: [PolicyFault] = []

    func fault(_ node: PolicyNode?, _ message: String) { faults.append(PolicyFault(message, at: node)) }

    /// The faults in the order of the document.
    func check() throws(PolicyFaults) {
        guard !faults.isEmpty else { return }
        throw PolicyFaults(
            faults: faults.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) })
    }

    func fields(_ node: PolicyNode, _ what: String, known: [String]) -> [String: PolicyNode] {
        guard case .fields(let fields) = node.value else {
            fault(node, "\(what): expected `name: value` lines (\(known.joined(separator: ", ")))")
            return [:]
        }
        var result: [String: PolicyNode] = [:]
        for (name, value) in fields {
            let text = name.text ?? ""
            if !known.contains(text) {
                fault(
                    name,
                    "\(what): \"\(NameText.shown(text))\" is not known here; known are \(known.joined(separator: ", "))"
                )
            } else if result.updateValue(value, forKey: text) != nil {
                fault(name, "\(what): \"\(text)\" stands here twice; keep one")
            }
        }
        return result
    }

    func list(_ node: PolicyNode?, _ what: String) -> [PolicyNode] {
        guard let node else { return [] }
        guard case .list(let nodes) = node.value else {
            fault(node, "\(what): expected a list (lines that begin with `- `)")
            return []
        }
        return nodes
    }

    /// One text, or a list of them.
    func texts(_ node: PolicyNode, _ what: String) -> [(String, PolicyNode)] {
        let nodes: [PolicyNode]
        if case .list(let listed) = node.value { nodes = listed } else { nodes = [node] }
        if nodes.isEmpty { fault(node, "\(what): the list is empty; leave the line out, or write what is meant") }
        return nodes.compactMap { node in text(node, what).map { ($0, node) } }
    }

    func text(_ node: PolicyNode, _ what: String) -> String? {
        guard let text = node.text, !text.isEmpty else {
            fault(node, "\(what): expected a text")
            return nil
        }
        return text
    }

    func value<Value>(
        _ node: PolicyNode, _ what: String, _ read: (String) throws(PolicyFault) -> Value
    ) -> Value? {
        guard let text = text(node, what) else { return nil }
        do throws(PolicyFault) {
            return try read(text)
        } catch {
            fault(node, "\(what): \(error.message)")
            return nil
        }
    }
}
