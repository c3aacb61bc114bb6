/// RFC 5280 §4.2.1.10 for distinguished names: the subject of a certificate, and each directoryName beside it.
extension NameConstraints {
    /// What forbids `name`, or nil. Excluded subtrees are looked at first.
    public func violation(by name: DirectoryName) -> NameConstraintViolation? {
        if let subtree = excluded.first(where: { $0.contains(name) }) {
            return .directoryExcluded(name, by: subtree)
        }
        let allowed = permitted.filter { $0.tag == NameSubtree.directoryTag }
        guard allowed.isEmpty || allowed.contains(where: { $0.contains(name) }) else {
            return .directoryNotPermitted(name, permitted: allowed)
        }
        return nil
    }

    /// Whether any subtree speaks of distinguished names.
    public var limitsDirectoryNames: Bool {
        (permitted + excluded).contains { $0.tag == NameSubtree.directoryTag }
    }
}

extension NameSubtree {
    /// RFC 5280 §4.2.1.6: the tag of directoryName.
    static let directoryTag: UInt8 = 4

    fileprivate func contains(_ name: DirectoryName) -> Bool {
        if case .directory(let base) = self { name.isAtOrBelow(base) } else { false }
    }
}
