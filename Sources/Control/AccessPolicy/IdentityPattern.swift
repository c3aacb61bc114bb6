public import SymbolonNames

/// Which identities one rule of an allow list means.
///
/// | text | means |
/// |---|---|
/// | `web` | `spiffe://D/web`, D being the default trust domain |
/// | `person/alice` | `spiffe://D/person/alice` |
/// | `person/*` | one segment below: `spiffe://D/person/alice`, not `spiffe://D/person/alice/laptop` |
/// | `device/**` | one segment or more below |
/// | `spiffe://other.example/ns/*` | the same in another trust domain |
/// | `dns:…` `ip:…` `mail:…` `uri:…` | exactly this name |
///
/// Segments are compared whole and with their case: `admin` is not `administrator` and not `Admin`. A star is the last
/// segment or there is none; it stands for no part of a segment and never crosses a slash.
public struct IdentityPattern: Hashable, Sendable, CustomStringConvertible {
    private enum Form: Hashable {
        case exactly(SubjectName)
        /// One more segment below these.
        case child(of: SPIFFEID)
        /// One more segment, or several.
        case descendant(of: SPIFFEID)
    }

    private let form: Form

    /// - Parameters:
    ///   - text: as in the table above.
    ///   - defaultDomain: the trust domain of a pattern that names none.
    public init(_ text: some StringProtocol, defaultDomain: TrustDomain) throws(PatternFailure) {
        let text = String(text)
        guard !text.isEmpty else { throw .empty }
        let scheme = "spiffe://"
        if text.hasPrefix(scheme) {
            let rest = text.dropFirst(scheme.count)
            let domain = rest.prefix { $0 != "/" }
            form = try Self.form(of: rest.dropFirst(domain.count + 1), in: try Self.domain(domain), text: text)
        } else if text.contains(":") {
            form = .exactly(try Self.exactName(text))
        } else {
            form = try Self.form(of: text[...], in: defaultDomain, text: text)
        }
    }

    /// Whether the pattern means this name. Names of different kinds never match.
    public func matches(_ name: SubjectName) -> Bool {
        switch (form, name) {
        case (.exactly(let expected), _): expected == name
        case (.child(let parent), .spiffe(let identity)):
            identity.isBelow(parent) && identity.path.count == parent.path.count + 1
        case (.descendant(let ancestor), .spiffe(let identity)): identity.isBelow(ancestor)
        case (.child, _), (.descendant, _): false
        }
    }

    /// The pattern with its trust domain spelled out.
    public var description: String {
        switch form {
        case .exactly(let name): name.description
        case .child(let parent): "\(parent)/*"
        case .descendant(let ancestor): "\(ancestor)/**"
        }
    }

    private static func domain(_ text: Substring) throws(PatternFailure) -> TrustDomain {
        do throws(NameFailure) {
            return try TrustDomain(text)
        } catch {
            throw .name(error)
        }
    }

    private static func exactName(_ text: String) throws(PatternFailure) -> SubjectName {
        guard !text.contains("*") else { throw .starOutsidePath(text) }
        do throws(NameFailure) {
            return try SubjectName(text)
        } catch {
            throw .name(error)
        }
    }

    private static func form(
        of path: Substring, in domain: TrustDomain, text: String
    ) throws(PatternFailure) -> Form {
        var segments = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let last = segments.last
        let isStarred = last == "*" || last == "**"
        if isStarred { segments.removeLast() }
        guard !segments.contains(where: { $0.contains("*") }) else { throw .starWithinPath(text) }
        // A lone star below the domain leaves no segments: the domain's own ID is then the parent.
        let identity = segments.isEmpty ? domain.id : try self.identity(domain, segments)
        if !isStarred { return .exactly(.spiffe(identity)) }
        return last == "*" ? .child(of: identity) : .descendant(of: identity)
    }

    private static func identity(_ domain: TrustDomain, _ segments: [String]) throws(PatternFailure) -> SPIFFEID {
        do throws(NameFailure) {
            return try SPIFFEID(trustDomain: domain, path: segments)
        } catch {
            throw .name(error)
        }
    }
}

extension SPIFFEID {
    fileprivate func isBelow(_ ancestor: SPIFFEID) -> Bool {
        trustDomain == ancestor.trustDomain && path.count > ancestor.path.count && path.starts(with: ancestor.path)
    }
}
