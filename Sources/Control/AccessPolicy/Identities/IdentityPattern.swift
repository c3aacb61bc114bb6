public import SymbolonNames

/// Which identities a rule means.
///
/// | text | means |
/// |---|---|
/// | `web` | `spiffe://D/web`, D being the default trust domain |
/// | `person/alice` | `spiffe://D/person/alice` |
/// | `person/*` | one segment below: `spiffe://D/person/alice`, not `spiffe://D/person/alice/laptop` |
/// | `ns/*/sa/web` | one segment there, whichever it is |
/// | `device/**` | one segment or more below |
/// | `spiffe://other.example/ns/*` | the same in another trust domain |
/// | `dns:…` `ip:…` `mail:…` `uri:…` | exactly this name |
///
/// Segments are compared whole and with their case: `admin` is not `administrator` and not `Admin`. A star is a whole
/// segment or there is none; it stands for no part of one and never crosses a slash. Two stars are the last segment.
public struct IdentityPattern: Hashable, Sendable, CustomStringConvertible {
    /// One place of a path.
    enum Segment: Hashable, Sendable {
        case exactly(String)
        case any
    }

    enum Form: Hashable, Sendable {
        /// A name of another kind than a SPIFFE ID.
        case name(SubjectName)
        /// The SPIFFE IDs of a domain with these segments; `isOpen`: and one or more below them.
        case path(TrustDomain, [Segment], isOpen: Bool)
        /// Members of a group of the authority.
        case group(PolicyGroup)
    }

    let form: Form

    /// - Parameters:
    ///   - text: as in the table above.
    ///   - defaultDomain: the trust domain of a pattern that names none; nil: every pattern has to name its own.
    public init(_ text: some StringProtocol, defaultDomain: TrustDomain?) throws(PatternFailure) {
        let text = String(text)
        guard !text.isEmpty else { throw .empty }
        let scheme = "spiffe://"
        if text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            let domain = rest.prefix { $0 != "/" }
            form = try Self.form(of: rest.dropFirst(domain.count + 1), in: try Self.domain(domain), text: text)
        } else if text.contains(":") {
            form = try Self.exactName(text)
        } else {
            guard let defaultDomain else { throw .domainMissing(text) }
            form = try Self.form(of: text[...], in: defaultDomain, text: text)
        }
    }

    /// Whoever is in a group.
    init(_ group: PolicyGroup) { form = .group(group) }

    /// Exactly this one.
    init(_ identity: SPIFFEID) {
        form = .path(identity.trustDomain, identity.path.map(Segment.exactly), isOpen: false)
    }

    /// A group that nobody knows: whether it means somebody is in doubt.
    var isInDoubt: Bool { if case .group(let group) = form { group.members == nil } else { false } }

    /// Whether the pattern means this name. Names of different kinds never match.
    public func matches(_ name: SubjectName) -> Bool {
        switch (form, name) {
        case (.name(let expected), _): return expected == name
        case (.path(let domain, let segments, let isOpen), .spiffe(let identity)):
            guard identity.trustDomain == domain,
                isOpen ? identity.path.count > segments.count : identity.path.count == segments.count
            else { return false }
            return zip(segments, identity.path).allSatisfy { $0.matches($1) }
        case (.group(let group), .spiffe(let identity)): return group.members?.contains(identity) ?? false
        case (.path, _), (.group, _): return false
        }
    }

    /// The pattern with its trust domain spelled out.
    public var description: String {
        switch form {
        case .name(let name): name.description
        case .path(let domain, let segments, let isOpen):
            domain.id.description + segments.map { "/" + $0.text }.joined() + (isOpen ? "/**" : "")
        case .group(let group): GroupName.prefix + group.name.description
        }
    }

    /// Whether whatever `other` means, this means too.
    func covers(_ other: IdentityPattern) -> Bool {
        switch (form, other.form) {
        case (.name(let one), .name(let two)): return one == two
        case (.path(let domain, let mine, let isOpen), .path(let otherDomain, let theirs, let theirsIsOpen)):
            guard domain == otherDomain, zip(mine, theirs).allSatisfy({ $0 == .any || $0 == $1 }) else { return false }
            if isOpen { return theirsIsOpen ? theirs.count >= mine.count : theirs.count > mine.count }
            return !theirsIsOpen && theirs.count == mine.count
        case (.group(let one), .group(let two)): return one.name == two.name
        default: return false
        }
    }

    private static func domain(_ text: Substring) throws(PatternFailure) -> TrustDomain {
        do throws(NameFailure) {
            return try TrustDomain(text)
        } catch {
            throw .name(error)
        }
    }

    private static func exactName(_ text: String) throws(PatternFailure) -> Form {
        guard !text.contains("*") else { throw .starOutsidePath(text) }
        do throws(NameFailure) {
            let name = try SubjectName(text)
            guard case .spiffe(let identity) = name else { return .name(name) }
            return .path(identity.trustDomain, identity.path.map(Segment.exactly), isOpen: false)
        } catch {
            throw .name(error)
        }
    }

    private static func form(
        of path: Substring, in domain: TrustDomain, text: String
    ) throws(PatternFailure) -> Form {
        var texts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isOpen = texts.last == "**"
        if isOpen { texts.removeLast() }
        guard texts.allSatisfy({ $0 == "*" || !$0.contains("*") }) else { throw .starWithinPath(text) }
        // Checked as an identity, with a letter wherever a star stands.
        if !texts.isEmpty { try check(domain, texts.map { $0 == "*" ? "a" : $0 }) }
        return .path(domain, texts.map { $0 == "*" ? .any : .exactly($0) }, isOpen: isOpen)
    }

    private static func check(_ domain: TrustDomain, _ segments: [String]) throws(PatternFailure) {
        do throws(NameFailure) {
            _ = try SPIFFEID(trustDomain: domain, path: segments)
        } catch {
            throw .name(error)
        }
    }
}

extension IdentityPattern.Segment {
    var text: String {
        switch self {
        case .exactly(let text): text
        case .any: "*"
        }
    }

    func matches(_ segment: String) -> Bool {
        switch self {
        case .exactly(let text): text == segment
        case .any: true
        }
    }
}
