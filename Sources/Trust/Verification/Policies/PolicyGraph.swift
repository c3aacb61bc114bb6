import SymbolonCertificates

/// The policies that a path is valid for so far (RFC 9618 §5, in place of the tree of RFC 5280 §6.1.2(a)).
///
/// One level for each certificate, and in a level each policy at most once: the work and the memory grow with what the
/// certificates list, never with the number of ways to map one policy to another (X04).
struct PolicyGraph {
    private struct Node {
        /// The policies of the certificate below that satisfy this one.
        var expected: Set<ObjectIdentifier>
        /// The policies of the level above that it rests on.
        let parents: Set<ObjectIdentifier>
    }

    /// By policy; the first is the anchor's, with anyPolicy alone.
    private var levels: [[ObjectIdentifier: Node]] = [[.anyPolicy: Node(expected: [.anyPolicy], parents: [])]]

    /// RFC 9618 §5.3(d), (e): the policies of the next certificate down. Nil: the graph has become empty, for good.
    ///
    /// - Parameter admitsAny: anyPolicy in this certificate stands for every policy (RFC 5280 §6.1.3(d)(2)).
    mutating func descend(by policies: CertificatePolicies?, admitsAny: Bool) -> Bool {
        guard let policies else { return false }
        var parents: [ObjectIdentifier: Set<ObjectIdentifier>] = [:]
        for (policy, node) in levels[levels.count - 1] {
            for expected in node.expected { parents[expected, default: []].insert(policy) }
        }
        let restsOnAny = levels[levels.count - 1][.anyPolicy] != nil
        var level: [ObjectIdentifier: Node] = [:]
        // (d)(1)
        for policy in policies.identifiers where policy != .anyPolicy {
            if let parents = parents[policy] {
                level[policy] = Node(expected: [policy], parents: parents)
            } else if restsOnAny {
                level[policy] = Node(expected: [policy], parents: [.anyPolicy])
            }
        }
        // (d)(2)
        if admitsAny, policies.identifiers.contains(.anyPolicy) {
            for (policy, parents) in parents where level[policy] == nil {
                level[policy] = Node(expected: [policy], parents: parents)
            }
        }
        // (d)(3) prunes what has no child: put off to the end, where the levels are read upward once.
        levels.append(level)
        return !level.isEmpty
    }

    /// RFC 9618 §5.4(b)(1): each mapped policy expects its equivalents from now on.
    mutating func map(_ mappings: PolicyMappings) {
        let level = levels.count - 1
        for (policy, equivalents) in Self.grouped(mappings) {
            if levels[level][policy] != nil {
                levels[level][policy]?.expected = equivalents
            } else if levels[level][.anyPolicy] != nil {
                levels[level][policy] = Node(expected: equivalents, parents: [.anyPolicy])
            }
        }
    }

    /// RFC 9618 §5.4(b)(2): mapping is inhibited, so what would be mapped is lost. False: the graph has become empty.
    mutating func dropMapped(_ mappings: PolicyMappings) -> Bool {
        for mapping in mappings.mappings { levels[levels.count - 1][mapping.issuerDomainPolicy] = nil }
        return !levels[levels.count - 1].isEmpty
    }

    /// RFC 9618 §5.5(g)(1) to (4): the policies, in the words of the first authorities, that hold down to the leaf.
    func authorityConstrainedPolicies() -> Set<ObjectIdentifier> {
        if levels[levels.count - 1][.anyPolicy] != nil { return [.anyPolicy] }
        var policies: Set<ObjectIdentifier> = []
        var reached = Set(levels[levels.count - 1].keys)
        for level in levels.dropFirst().reversed() {
            var above: Set<ObjectIdentifier> = []
            for (policy, node) in level where reached.contains(policy) {
                if policy != .anyPolicy, node.parents.contains(.anyPolicy) { policies.insert(policy) }
                above.formUnion(node.parents)
            }
            reached = above
        }
        return policies
    }

    private static func grouped(_ mappings: PolicyMappings) -> [ObjectIdentifier: Set<ObjectIdentifier>] {
        mappings.mappings.reduce(into: [:]) { $0[$1.issuerDomainPolicy, default: []].insert($1.subjectDomainPolicy) }
    }
}
