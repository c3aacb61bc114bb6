import SymbolonCertificates
import SymbolonNames
import SymbolonVerification

/// The paths that were tried, as one tree from the leaf upwards, with what stopped each.
struct PathTree {
    private final class Node {
        let certificate: Certificate
        var isAnchor = false
        var stops: [String] = []
        var issuers: [Node] = []

        init(_ certificate: Certificate) { self.certificate = certificate }
    }

    private let root: Node?

    /// - Parameter refusal: with those of the other paths. A refusal without a path is of no path, and left out.
    init(_ refusal: Refusal) {
        var root: Node?
        for (index, one) in ([refusal] + refusal.others).enumerated() {
            guard let path = one.path, let leaf = path.certificates.first else { continue }
            let start = root ?? Node(leaf)
            root = start
            // What the first one found is told above the tree.
            Self.add(one, path, below: start, saying: index == 0 ? "refused here" : one.finding)
        }
        self.root = root
    }

    init(_ peer: VerifiedPeer) {
        let path = peer.path.wholePath
        var nodes = path.map(Node.init)
        nodes.last?.isAnchor = true
        for (index, node) in nodes.dropLast().enumerated() { node.issuers = [nodes[index + 1]] }
        root = nodes.isEmpty ? nil : nodes.removeFirst()
    }

    private static func add(_ refusal: Refusal, _ path: TriedPath, below leaf: Node, saying stop: String) {
        var node = leaf
        var nodes = [leaf]
        for certificate in path.certificates.dropFirst() + [path.anchor].compactMap(\.self) {
            if let known = node.issuers.first(where: { $0.certificate == certificate }) {
                node = known
            } else {
                let next = Node(certificate)
                node.issuers.append(next)
                node = next
            }
            nodes.append(node)
        }
        if path.anchor != nil { node.isAnchor = true }
        let stopped = refusal.position.flatMap { nodes.indices.contains($0) ? nodes[$0] : nil } ?? node
        if !stopped.stops.contains(stop) { stopped.stops.append(stop) }
    }

    /// One line a certificate, and under it what stopped a path there.
    func lines(_ terminal: Terminal) -> [String] {
        guard let root else { return [] }
        var lines: [String] = []
        Self.write(root, lead: "", branch: "", terminal, to: &lines)
        return lines
    }

    private static func write(
        _ node: Node, lead: String, branch: String, _ terminal: Terminal, to lines: inout [String]
    ) {
        let anchor = node.isAnchor ? terminal.styled("  trust anchor", .dim) : ""
        lines.append(lead + branch + node.certificate.displayName + anchor)
        let below = lead + (branch.isEmpty ? "" : branch.hasPrefix("├") ? "│  " : "   ")
        let trunk = node.issuers.isEmpty ? "   " : "│  "
        for stop in node.stops {
            let text = "✗ \(stop.printable)".wrapped(to: terminal.width.map { max(20, $0 - below.count - 5) })
            for (index, line) in text.enumerated() {
                lines.append(below + trunk + terminal.styled(index == 0 ? line : "  " + line, .red))
            }
        }
        for (index, issuer) in node.issuers.enumerated() {
            let isLast = index == node.issuers.count - 1
            write(issuer, lead: below, branch: isLast ? "└─ " : "├─ ", terminal, to: &lines)
        }
    }
}

extension Certificate {
    /// What a person calls it: its subject, or its first name when the subject is empty.
    var displayName: String {
        let text =
            subject.isEmpty
            ? (extensions.subjectAlternativeNames ?? []).lazy.compactMap { try? $0.subjectName()?.description }.first
                ?? "serial \(serialNumber)"
            : subject.description
        // 200: RFC 5280 sets no bound on the number of attributes.
        return (text.count > 200 ? text.prefix(200) + "…" : text).printable
    }
}
