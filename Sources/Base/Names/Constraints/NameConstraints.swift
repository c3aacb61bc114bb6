/// The names that certificates below an authority may have (RFC 5280 §4.2.1.10).
///
/// One certificate's constraints. A path keeps them all by asking each in turn, which is the intersection of the
/// permitted and the union of the excluded subtrees that RFC 5280 §6.1.4(g) forms.
public struct NameConstraints: Hashable, Sendable {
    /// A kind with at least one subtree here may only have names in one of them; other kinds are free.
    public var permitted: [NameSubtree]
    /// A name in any of these is refused, permitted or not.
    public var excluded: [NameSubtree]

    public init(permitted: [NameSubtree] = [], excluded: [NameSubtree] = []) {
        self.permitted = permitted
        self.excluded = excluded
    }

    /// The comparisons that judging one name costs at most.
    public var comparisonsPerName: Int { permitted.count + excluded.count }

    /// What forbids `name`, or nil. Excluded subtrees are looked at first; a wildcard is excluded when any host it
    /// stands for is, and permitted when all are.
    public func violation(by name: SubjectName) -> NameConstraintViolation? {
        let tag = name.tag
        let concerned = { (subtree: NameSubtree) in subtree.tag == tag }
        guard excluded.contains(where: concerned) || permitted.contains(where: concerned) else { return nil }
        if excluded.contains(.unsupported(tag: tag)) || permitted.contains(.unsupported(tag: tag)) {
            return .unsupportedKind(tag: tag)
        }
        let host = ConstrainedHost(of: name)
        // RFC 5280 §4.2.1.10: a URI without a host name is refused when a constraint applies to it.
        if tag == SubjectName.uriTag, host == nil { return .noHost(name) }
        if let subtree = excluded.first(where: { $0.touches(name, host: host) }) {
            return .excluded(name, by: subtree)
        }
        let allowed = permitted.filter(concerned)
        guard allowed.isEmpty || allowed.contains(where: { $0.contains(name, host: host) }) else {
            return .notPermitted(name, permitted: allowed)
        }
        return nil
    }

    /// What forbids a name of a kind that `SubjectName` does not have, by its tag in GeneralName: any subtree of that
    /// kind. RFC 5280 §4.2.1.10 asks to process such a constraint or to reject the certificate.
    public func violation(byKind tag: UInt8) -> NameConstraintViolation? {
        let isConstrained = (permitted + excluded).contains { $0.tag == tag }
        return isConstrained ? .unsupportedKind(tag: tag) : nil
    }
}

/// Which constraint a name breaks.
public enum NameConstraintViolation: Equatable, Sendable {
    case excluded(SubjectName, by: NameSubtree)
    case notPermitted(SubjectName, permitted: [NameSubtree])
    case directoryExcluded(DirectoryName, by: NameSubtree)
    case directoryNotPermitted(DirectoryName, permitted: [NameSubtree])
    /// A URI with no host name, under a constraint on URIs.
    case noHost(SubjectName)
    /// A name of a kind that is constrained in a way we cannot compare.
    case unsupportedKind(tag: UInt8)

    /// One line: the name and the constraint.
    public var explanation: String {
        switch self {
        case .excluded(let name, let subtree): Self.excluded(name.description, by: subtree)
        case .notPermitted(let name, let permitted): Self.notPermitted(name.description, permitted)
        case .directoryExcluded(let name, let subtree): Self.excluded(name.description, by: subtree)
        case .directoryNotPermitted(let name, let permitted): Self.notPermitted(name.description, permitted)
        case .noHost(let name):
            "\(NameText.shown(name.description)) has no host name that the constraint on URIs could be compared with"
        case .unsupportedKind(let tag):
            "a name of kind \(tag) is constrained, and names of this kind are not compared"
        }
    }

    private static func excluded(_ name: String, by subtree: NameSubtree) -> String {
        "\(NameText.shown(name)) lies in the excluded subtree \(subtree)"
    }

    private static func notPermitted(_ name: String, _ permitted: [NameSubtree]) -> String {
        "\(NameText.shown(name)) lies in none of the permitted subtrees "
            + permitted.prefix(4).map(\.description).joined(separator: ", ") + (permitted.count > 4 ? ", …" : "")
    }
}
